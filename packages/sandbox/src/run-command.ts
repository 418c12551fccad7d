// SPDX-License-Identifier: MPL-2.0

import { kernelCommandLine, type LogLevel } from "./command-line.ts";
import { SandboxError } from "./errors.ts";
import { loadBusybox } from "./initramfs/busybox.ts";
import {
  buildSystemImage,
  DEFAULT_ENVIRONMENT,
  extendImage,
  type GuestFile,
} from "./initramfs/image.ts";
import {
  INIT_PATH,
  PORT_STATUS,
  PORT_STDERR,
  PORT_STDIN,
  PORT_STDOUT,
  type Argument,
  type Command,
} from "./initramfs/init-script.ts";
import { StatusPort } from "./status-port.ts";
import { startSystem, type System, type SystemOptions } from "./system.ts";

export interface RunCommandOptions {
  /** The program, looked up in the guest's PATH, and its arguments. */
  readonly argv: readonly Argument[];
  /** Added to HOME and PATH; the host's environment is never passed. */
  readonly env?: Readonly<Record<string, string>>;
  /** Working directory in the guest; default "/". */
  readonly cwd?: string;
  /** Files to put into the guest first. */
  readonly files?: readonly GuestFile[];
  /** All of the command's standard input; default empty. */
  readonly stdin?: Uint8Array;
  /** Real time for boot and command together; default: no limit. */
  readonly timeoutMs?: number;
  /** Memory of the guest, default 256. */
  readonly memoryMiB?: number;
  /** A busybox of the caller instead of the host's. */
  readonly busybox?: string | Uint8Array;
  /** A cpio archive (plain or gzip) to use instead of our own image. */
  readonly initramfs?: Uint8Array;
  /** Further parameters for the kernel. */
  readonly kernelArgs?: string;
  readonly logLevel?: LogLevel;
  /** Gets the kernel's log. */
  readonly onLog?: (bytes: Uint8Array) => void;
  /** Gets a line per system call of the guest, in strace's format. */
  readonly onStrace?: (bytes: Uint8Array) => void;
  /** Limit on stdout and stderr together; default 256 MiB. */
  readonly maxOutputBytes?: number;
  readonly system?: Pick<SystemOptions, "kernel" | "clock" | "entropy" | "disks">;
}

export interface CommandResult {
  readonly stdout: Uint8Array;
  readonly stderr: Uint8Array;
  /** The command's own, or 128 + signal. */
  readonly exitCode: number;
}

const DEFAULT_MAX_OUTPUT_BYTES = 256 * 1024 * 1024;
/** What stop() leaves as power-off code; nobody sees it. */
const STOPPED_BY_HOST = 125;

/**
 * Boots a guest, runs one command in it, and powers off. Rejects with `SandboxError`
 * when that fails for a reason that is not the command's.
 */
export async function runCommand(options: RunCommandOptions): Promise<CommandResult> {
  const system = await startSystem({
    ...options.system,
    kernelCommandLine: kernelCommandLine({
      init: INIT_PATH,
      logLevel: options.logLevel ?? "warning",
      strace: options.onStrace !== undefined,
      ...(options.kernelArgs !== undefined && { kernelArgs: options.kernelArgs }),
    }),
    initramfs: buildImage(options),
    ...(options.memoryMiB !== undefined && { memoryMiB: options.memoryMiB }),
    ...(options.onLog && { onLog: options.onLog }),
    ...(options.onStrace && { onStrace: options.onStrace }),
  });
  return await collect(system, options);
}

async function collect(system: System, options: RunCommandOptions): Promise<CommandResult> {
  const { console, machine } = system;
  let failure: SandboxError | undefined;
  const stop = (error: SandboxError): void => {
    failure ??= error;
    machine.stop(STOPPED_BY_HOST);
  };

  const stdout: Uint8Array[] = [];
  const stderr: Uint8Array[] = [];
  const maxBytes = options.maxOutputBytes ?? DEFAULT_MAX_OUTPUT_BYTES;
  let outputBytes = 0;
  const collector = (parts: Uint8Array[]) => (bytes: Uint8Array) => {
    outputBytes += bytes.length;
    if (outputBytes <= maxBytes) {
      parts.push(bytes);
      return true;
    }
    stop(new SandboxError("output-limit", `the command wrote more than ${maxBytes} bytes`));
    return false;
  };
  console.port(PORT_STDOUT).output = collector(stdout);
  console.port(PORT_STDERR).output = collector(stderr);
  const status = new StatusPort(console.port(PORT_STATUS));
  const input = console.port(PORT_STDIN);
  // The port keeps what it is given; the caller may reuse its buffer.
  if (options.stdin !== undefined) input.send(options.stdin.slice());
  input.endInput();

  const { timeoutMs } = options;
  const timer =
    timeoutMs === undefined
      ? undefined
      : setTimeout(() => {
          stop(new SandboxError("timeout", `the command did not end within ${timeoutMs} ms`));
        }, timeoutMs);
  const end = await system.ended;
  clearTimeout(timer);
  if (failure !== undefined) throw failure;
  return {
    stdout: new Uint8Array(Buffer.concat(stdout)),
    stderr: new Uint8Array(Buffer.concat(stderr)),
    exitCode: status.exitCode(end),
  };
}

function buildImage(options: RunCommandOptions): Uint8Array {
  const { initramfs, files } = options;
  const busybox =
    options.busybox instanceof Uint8Array ? options.busybox : loadBusybox(options.busybox);
  const command: Command = {
    argv: options.argv,
    env: { ...DEFAULT_ENVIRONMENT, ...options.env },
    cwd: options.cwd ?? "/",
    stdin: "port",
    stdout: "port",
    stderr: "port",
  };
  const parts = { busybox, command, ...(files && { files }) };
  return initramfs === undefined
    ? buildSystemImage(parts)
    : extendImage({ image: initramfs, ...parts });
}
