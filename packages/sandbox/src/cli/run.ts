// SPDX-License-Identifier: MPL-2.0

import { directInput } from "../agent/process.ts";
import { boot } from "../boot.ts";
import { loginShell } from "../boot-once.ts";
import type { BootOptions } from "../boot-options.ts";
import { confineLinuxKernel } from "../compartment/linux-kernel.ts";
import { SandboxError } from "../errors.ts";
import { describeErrno } from "../host-error.ts";
import type { Argument } from "../initramfs/init-script.ts";
import type { RunningSystem, SpawnOptions } from "../running-system.ts";
import { endFailure } from "../status-port.ts";
import type { SystemEnd } from "../system.ts";
import { complain, EXIT_OWN_FAILURE, reportFailure } from "./failure.ts";
import { HostConnection, isTerminal, type HostStreams } from "./host-connection.ts";
import { readInitramfs, splitVariable } from "./files.ts";
import { formatStatistics } from "./machine-stats.ts";
import type { RunOptions } from "./options.ts";
import { openTraces } from "./traces.ts";

/** The exit codes of env(1) and of shells for a command that is not there, or is no program. */
const EXIT_NOT_FOUND = 127;
const EXIT_NOT_RUNNABLE = 126;

/**
 * `aster run`: boots, connects the guest to the caller's three files, and returns the
 * exit code for the process. Never throws: failures of our own are told in one line on
 * standard error.
 */
export async function runCli(options: RunOptions): Promise<number> {
  try {
    if (options.start === undefined) return await run(options);
    const { runElsewhere } = await import("./run-elsewhere.ts");
    return await runElsewhere(options, options.start);
  } catch (error) {
    return reportFailure(error);
  }
}

async function run(options: RunOptions): Promise<number> {
  const { stdin, stdout, stderr } = process;
  const streams: HostStreams = { stdin, stdout, stderr };
  const traces = await openTraces(options);
  try {
    const bootOptions: BootOptions = {
      ...(await bootOptionsOf(options)),
      ...(traces && { onTrace: traces.write }),
    };
    for (;;) {
      const { code, end } = await runOnce(options, bootOptions, streams);
      if (options.machineStats && end?.statistics) complain(formatStatistics(end.statistics));
      // An interactive machine that restarts boots again, as a real one would.
      if (end?.reason !== "restart" || options.command !== undefined) return code;
    }
  } finally {
    traces?.close();
  }
}

/** What the command line asks for, as `boot` takes it. */
async function bootOptionsOf(options: RunOptions): Promise<BootOptions> {
  const { initramfs, root, mounts, busybox, kernelArgs, memoryMiB, bus, iommu, jit } = options;
  // This process is ours: nothing else than the command runs in it.
  const isConfined = options.kernel === undefined && options.isConfined !== false;
  const kernel = isConfined ? await confineLinuxKernel() : options.kernel;
  return {
    mode: options.command === undefined && bringsInit(options) ? "init" : "commands",
    thread: "caller",
    ...(kernel && { kernel }),
    ...(initramfs !== undefined && { initramfs: readInitramfs(initramfs) }),
    ...(root !== undefined && { root }),
    ...(mounts && { mounts }),
    ...(busybox !== undefined && { busybox }),
    ...(kernelArgs !== undefined && { kernelArgs }),
    ...(memoryMiB !== undefined && { limits: { memoryMiB } }),
    ...(bus && { bus }),
    ...(iommu !== undefined && { iommu }),
    ...(jit && { jit }),
    ...(options.logLevel && { logLevel: options.logLevel, onLog: showLog }),
    disks: (options.disks ?? []).map((disk) =>
      disk.endsWith(":ro") ? { path: disk.slice(0, -3), readOnly: true } : { path: disk },
    ),
  };
}

/** The init of a foreign initramfs, or one that is named, is honoured when nothing else is asked for. */
function bringsInit({ initramfs, kernelArgs = "" }: RunOptions): boolean {
  return initramfs !== undefined || /(^|\s)(rd)?init=/.test(kernelArgs);
}

interface Outcome {
  readonly code: number;
  readonly end: SystemEnd | undefined;
}

/** Boots once; the exit code, and how the system ended. */
async function runOnce(
  options: RunOptions,
  bootOptions: BootOptions,
  streams: HostStreams,
): Promise<Outcome> {
  const connection = new HostConnection(streams);
  const isInit = bootOptions.mode === "init";
  const ending = new AbortController();
  connection.watchSignals(() => ending.abort());
  let system: RunningSystem | undefined;
  try {
    const console = (isInit || connection.hasTerminal) && connection.terminalSize;
    system = await boot({ ...bootOptions, console, signal: ending.signal });
    if (console !== false) connection.showConsole(system.console, isInit);
    return await (isInit ? runInit(system, connection) : runShell(system, connection, options));
  } catch (error) {
    if (connection.signalled === undefined) throw error;
    return { code: 128 + connection.signalled, end: await system?.ended };
  } finally {
    connection.disconnect();
    await system?.close();
  }
}

/** A foreign init has the console to itself. */
async function runInit(system: RunningSystem, connection: HostConnection): Promise<Outcome> {
  const { console } = system;
  connection.connect({ keyboard: console.input }, (size) =>
    console.resize(size.columns, size.rows),
  );
  const end = await system.ended;
  await connection.flushScreen();
  if (connection.signalled !== undefined) return { code: 128 + connection.signalled, end };
  if (end.reason === "failed" || end.code !== 0) throw endFailure(end);
  return { code: end.reason === "restart" ? EXIT_OWN_FAILURE : 0, end };
}

/** Runs the command, or the shell, with each file the console where the caller's is a terminal. */
async function runShell(
  system: RunningSystem,
  connection: HostConnection,
  options: RunOptions,
): Promise<Outcome> {
  const { stdin, stdout, stderr } = process;
  const [input, output, error] = [isTerminal(stdin), isTerminal(stdout), isTerminal(stderr)];
  const isAtConsole = input || output || error;
  const spawnOptions: SpawnOptions = {
    env: {
      // Programs that draw need to know the terminal; nothing else of the host is passed.
      ...(output && { TERM: process.env["TERM"] ?? "linux" }),
      ...Object.fromEntries((options.env ?? []).map(splitVariable)),
    },
    ...(options.cwd !== undefined && { cwd: options.cwd }),
    // Where input and output are not both ours, the caller's terminal stays in line mode.
    ...(isAtConsole && {
      console: {
        ...{ stdin: input, stdout: output, stderr: error },
        echo: input && output ? "guest" : "host",
      },
    }),
  };
  const shell = options.root === undefined ? "/bin/sh" : loginShell(options.root);
  const argv: readonly Argument[] = options.command ?? [shell, "-l"];
  const command = await start(system, argv, spawnOptions);
  if (typeof command === "number") {
    await system.shutdown();
    return { code: command, end: undefined };
  }
  connection.connect(
    {
      ...(input
        ? { keyboard: system.console.input }
        : { stdin: directInput(command) ?? command.stdin }),
      stdout: command.stdout,
      stderr: command.stderr,
    },
    ({ columns, rows }) => system.console.resize(columns, rows),
  );
  let code: number;
  try {
    code = (await command.exit).exitCode;
  } catch (error) {
    return await endedEarly(system, connection, options, error);
  }
  await connection.flush();
  const end = await system.shutdown();
  await connection.flushScreen();
  return { code, end };
}

/** Starts the command; the exit code for one that is not there, or is no program. */
async function start(system: RunningSystem, argv: readonly Argument[], options: SpawnOptions) {
  try {
    return await system.spawn(argv, options);
  } catch (error) {
    if (!(error instanceof SandboxError) || error.code !== "spawn-failed") throw error;
    const { path = "", errno = "" } = error;
    if (path === options.cwd) {
      const why = describeErrno(errno);
      throw new SandboxError("bad-option", `--cwd ${path}: ${why}, in the guest`);
    }
    const why = errno === "ENOENT" ? "not found in the guest" : `can not be executed (${errno})`;
    complain(`aster: ${path}: ${why}\n`);
    return errno === "ENOENT" ? EXIT_NOT_FOUND : EXIT_NOT_RUNNABLE;
  }
}

/** The guest has gone before the command's end was told. */
async function endedEarly(
  system: RunningSystem,
  connection: HostConnection,
  options: RunOptions,
  error: unknown,
): Promise<Outcome> {
  if (connection.signalled !== undefined) throw error;
  const end = await system.ended;
  await connection.flushScreen();
  if (end.reason === "restart" && options.command === undefined) return { code: 0, end };
  // Who powers off from the shell leaves no exit status, and wants none.
  const isLeft = options.command === undefined && end.reason === "power-off" && end.code === 0;
  if (isLeft) return { code: 0, end };
  throw endFailure(end);
}

/** The kernel's log; on a terminal in raw mode nobody else returns the carriage. */
function showLog(line: string): void {
  complain(`${line}${process.stderr.isTTY ? "\r" : ""}\n`);
}
