// SPDX-License-Identifier: MPL-2.0

import { bootOn, type BootCommand, type BootOnceOptions } from "./boot-once.ts";
import { SandboxError } from "./errors.ts";
import { PORT_STATUS, PORT_STDERR, PORT_STDIN, PORT_STDOUT } from "./initramfs/init-script.ts";
import { StatusPort } from "./status-port.ts";
import { startSystem, type Guest, type SystemOptions } from "./system.ts";

/** The command, and how to boot the guest for it. */
export interface RunCommandOptions
  extends
    Pick<BootCommand, "argv" | "env" | "cwd">,
    Omit<BootOnceOptions, "command" | "terminalSize"> {
  /** All of the command's standard input; default empty. */
  readonly stdin?: Uint8Array;
  /** Real time for boot and command together; default: no limit. */
  readonly timeoutMs?: number;
  /** Limit on stdout and stderr together; default 256 MiB. */
  readonly maxOutputBytes?: number;
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
  return runCommandOn(startSystem, options);
}

/** As `runCommand`, on the machine that `start` makes. */
export async function runCommandOn(
  start: (options: SystemOptions) => Promise<Guest>,
  options: RunCommandOptions,
): Promise<CommandResult> {
  const { argv, env, cwd } = options;
  const command: BootCommand = { argv, ...(env && { env }), ...(cwd !== undefined && { cwd }) };
  return collect(await bootOn(start, { ...options, command }), options);
}

/** Runs the one command of a guest that comes up, or waits for it; see `runCommand`. */
export async function collect(
  system: Guest,
  options: Omit<RunCommandOptions, keyof BootOnceOptions>,
): Promise<CommandResult> {
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
  if (options.stdin !== undefined) input.send(options.stdin);
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
