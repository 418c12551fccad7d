// SPDX-License-Identifier: MPL-2.0

import { closeSync, openSync, readFileSync, writeSync } from "node:fs";
import { isatty } from "node:tty";
import { FileBlockBackend } from "@aster/machine/node";
import { bootOn, loginShell, type BootCommand, type BootOnceOptions } from "../boot-once.ts";
import { confineLinuxKernel } from "../compartment/linux-kernel.ts";
import { SandboxError } from "../errors.ts";
import { describe } from "../initramfs/busybox.ts";
import { PORT_STATUS } from "../initramfs/init-script.ts";
import { endFailure, StatusPort } from "../status-port.ts";
import {
  startSystem,
  type Guest,
  type System,
  type SystemEnd,
  type SystemOptions,
} from "../system.ts";
import { complain, EXIT_OWN_FAILURE, reportFailure } from "./failure.ts";
import { HostConnection, isTerminal, type HostStreams } from "./host-connection.ts";
import { formatStatistics } from "./machine-stats.ts";
import type { RunOptions } from "./options.ts";

/**
 * `aster run`: boots, connects the guest to the caller's three files, and returns the
 * exit code for the process. Never throws: failures of our own are told in one line on
 * standard error.
 */
export async function runCli(options: RunOptions): Promise<number> {
  try {
    return await run(options);
  } catch (error) {
    return reportFailure(error);
  }
}

async function run(options: RunOptions): Promise<number> {
  const streams: HostStreams = {
    stdin: process.stdin,
    stdout: process.stdout,
    stderr: process.stderr,
  };
  const strace = openStrace(options.strace);
  const wantsAudit = options.scmlAudit !== undefined || (options.scml ?? []).length > 0;
  const audit = wantsAudit ? (await import("./audit.ts")).openAudit(options) : undefined;
  const command = planCommand(options, streams);
  // This process is ours: nothing else than the command runs in it.
  const isOurs = options.kernel === undefined && options.start === undefined;
  const kernel =
    isOurs && options.isConfined !== false ? await confineLinuxKernel() : options.kernel;
  const bootOptions: BootOnceOptions = {
    ...(command && { command }),
    ...(options.initramfs !== undefined && { initramfs: readInitramfs(options.initramfs) }),
    ...(options.root !== undefined && { root: options.root }),
    ...(options.mounts && { mounts: options.mounts }),
    ...(options.busybox !== undefined && { busybox: options.busybox }),
    ...(options.kernelArgs !== undefined && { kernelArgs: options.kernelArgs }),
    ...(kernel && { kernel }),
    ...(options.memoryMiB !== undefined && { memoryMiB: options.memoryMiB }),
    ...(options.bus && { bus: options.bus }),
    ...(options.iommu !== undefined && { iommu: options.iommu }),
    ...(options.jit && { jit: options.jit }),
    ...(options.logLevel && { logLevel: options.logLevel, onLog: showLog }),
    ...((strace ?? audit) && {
      onStrace: (bytes: Uint8Array) => {
        strace?.write(bytes);
        audit?.write(bytes);
      },
    }),
    disks: options.start === undefined ? (options.disks ?? []).map(openDisk) : [],
  };
  if (options.start !== undefined && options.machineStats) {
    throw new SandboxError("bad-option", "--machine-stats: only the machine inside Node counts");
  }
  if (options.start !== undefined && (options.mounts ?? []).length > 0) {
    throw new SandboxError("bad-option", "--mount: only the machine inside Node has host folders");
  }
  if (options.start !== undefined && options.jit !== undefined) {
    throw new SandboxError("bad-option", "--jit: only the machine inside Node compiles");
  }
  const systems: System[] = [];
  const start =
    options.start ??
    (async (systemOptions: SystemOptions) => {
      const system = await startSystem(systemOptions);
      systems.push(system);
      return system;
    });
  try {
    for (;;) {
      const isShell = options.command === undefined;
      const { code, end } = await runOnce(start, bootOptions, streams, isShell);
      // An interactive machine that restarts boots again, as a real one would.
      if (end.reason !== "restart" || !isShell) return code;
    }
  } finally {
    if (options.machineStats) {
      for (const { machine } of systems) complain(formatStatistics(machine.statistics));
    }
    strace?.close();
    audit?.close();
  }
}

/** Boots once; the exit code, and how the system ended. */
async function runOnce(
  start: (options: SystemOptions) => Promise<Guest>,
  options: BootOnceOptions,
  streams: HostStreams,
  isShell: boolean,
): Promise<{ code: number; end: SystemEnd }> {
  const { command } = options;
  const connection = new HostConnection(streams, command);
  const system = await bootOn(start, { ...options, terminalSize: connection.terminalSize });
  const status = new StatusPort(system.console.port(PORT_STATUS));
  connection.connect(system);
  let end: SystemEnd;
  try {
    end = await system.ended;
    await connection.flush();
  } finally {
    connection.disconnect();
  }
  if (connection.signalled !== undefined) return { code: 128 + connection.signalled, end };
  const hasStatus = command !== undefined && end.reason !== "restart";
  // Who powers off from the shell leaves no exit status, and wants none.
  const isLeft = isShell && end.reason === "power-off" && !status.isWritten;
  if (hasStatus) return { code: isLeft ? end.code : status.exitCode(end), end };
  if (end.reason === "failed" || end.code !== 0) throw endFailure(end);
  return { code: end.reason === "restart" ? EXIT_OWN_FAILURE : 0, end };
}

/** The command, with each file a console where the caller's is a terminal. */
function planCommand(options: RunOptions, streams: HostStreams): BootCommand | undefined {
  // The init of a foreign initramfs is honoured when nothing else is asked for.
  if (options.command === undefined && options.initramfs !== undefined) return undefined;
  const binding = (file: HostStreams[keyof HostStreams]) => (isTerminal(file) ? "console" : "port");
  return {
    argv: options.command ?? [
      options.root === undefined ? "/bin/sh" : loginShell(options.root),
      "-l",
    ],
    env: {
      // Programs that draw need to know the terminal; nothing else of the host is passed.
      ...(isTerminal(streams.stdout) && { TERM: process.env["TERM"] ?? "linux" }),
      ...Object.fromEntries((options.env ?? []).map(splitVariable)),
    },
    ...(options.cwd !== undefined && { cwd: options.cwd }),
    stdin: binding(streams.stdin),
    stdout: binding(streams.stdout),
    stderr: binding(streams.stderr),
  };
}

function splitVariable(assignment: string): [name: string, value: string] {
  const equals = assignment.indexOf("=");
  return [assignment.slice(0, equals), assignment.slice(equals + 1)];
}

function readInitramfs(path: string): Uint8Array {
  try {
    return readFileSync(path);
  } catch (error) {
    throw new SandboxError("initramfs-unusable", `cannot read the initramfs: ${describe(error)}`);
  }
}

function openDisk(argument: string): FileBlockBackend {
  const readOnly = argument.endsWith(":ro");
  try {
    return new FileBlockBackend(readOnly ? argument.slice(0, -3) : argument, { readOnly });
  } catch (error) {
    throw new SandboxError("bad-option", `--disk ${argument}: ${describe(error)}`);
  }
}

interface StraceOutput {
  readonly write: (bytes: Uint8Array) => void;
  readonly close: () => void;
}

function openStrace(target: true | string | undefined): StraceOutput | undefined {
  if (target === undefined) return undefined;
  if (target === true) return { write: complain, close: () => {} };
  let fd: number;
  try {
    fd = openSync(target, "w");
  } catch (error) {
    throw new SandboxError("bad-option", `--strace=${target}: ${describe(error)}`);
  }
  return {
    write: (bytes) => {
      for (let done = 0; done < bytes.length;) done += writeSync(fd, bytes, done);
    },
    close: () => closeSync(fd),
  };
}

/** The kernel's log; on a terminal in raw mode nobody else returns the carriage. */
function showLog(bytes: Uint8Array): void {
  const text = Buffer.from(bytes).toString("utf8");
  complain(isatty(2) ? text.replaceAll("\n", "\r\n") : text);
}
