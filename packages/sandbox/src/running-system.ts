// SPDX-License-Identifier: MPL-2.0

import type { AgentChannel } from "./agent/channel.ts";
import type { CommandRequest, ConsoleFiles } from "./agent/command.ts";
import type { DeadlineOptions } from "./agent/deadline.ts";
import { collect, type ExecResult } from "./agent/exec.ts";
import { GuestFiles } from "./agent/files.ts";
import type { TerminalSize } from "./boot-options.ts";
import type { GuestInput } from "./agent/input-source.ts";
import { spawnProcess, type GuestProcess } from "./agent/process.ts";
import { resolveUser, type GuestUser } from "./agent/users.ts";
import type { Argument } from "./initramfs/init-script.ts";
import { checkCommand, checkExecOptions, checkSpawnOptions } from "./check-options.ts";
import type { Link } from "./link/link.ts";
import { SandboxError } from "./errors.ts";
import type { GuestConsole } from "./system-console.ts";
import type { SystemEnd } from "./system.ts";

/** A line for the guest's /bin/sh, or a program (looked up in PATH) and its arguments. */
export type GuestCommandLine = string | readonly Argument[];

export interface CommandOptions extends DeadlineOptions {
  /** Working directory in the guest; default "/". */
  readonly cwd?: string;
  /** Added to the environment that the system was booted with. */
  readonly env?: Readonly<Record<string, string>>;
  /** Default root. */
  readonly user?: GuestUser;
}

export interface ExecOptions extends CommandOptions {
  /** What the command reads; default nothing. */
  readonly stdin?: GuestInput;
  /** Default: the limit that the system was booted with. */
  readonly maxOutputBytes?: number;
}

export interface SpawnOptions extends CommandOptions {
  /** A terminal of its own in the place of three pipes: true for 80 by 24 characters. */
  readonly pty?: boolean | TerminalSize;
  /**
   * The system's console in the place of pipes, for the files that are named, or all with true;
   * it becomes the command's controlling terminal. The system must have been booted with `console`.
   */
  readonly console?: boolean | ConsoleFiles;
}

export interface RunningSystemParts {
  readonly channel: AgentChannel;
  readonly link: Link;
  readonly console: GuestConsole | undefined;
  readonly env: Readonly<Record<string, string>>;
  readonly outputBytes: number;
  /** Lets go of timers and listeners. */
  readonly cleanUp: () => void;
}

/** A guest that is up: runs commands, any number at a time, until it is closed. */
export class RunningSystem implements AsyncDisposable {
  /** The guest's files. */
  readonly fs: GuestFiles;
  /** Resolves when the system has ended, however it did; never rejects. */
  readonly ended: Promise<SystemEnd>;
  private readonly parts: RunningSystemParts;

  constructor(parts: RunningSystemParts) {
    this.parts = parts;
    this.fs = new GuestFiles(parts.channel, parts.outputBytes);
    this.ended = parts.link.ended;
  }

  /** The terminal at which the system stands. Throws where it was booted without one. */
  get console(): GuestConsole {
    const { console } = this.parts;
    if (console !== undefined) return console;
    throw new SandboxError("bad-option", "the system has no console: boot({ console: true })");
  }

  /**
   * Runs a command to its end. Its own failure is an exit code; rejects with `SandboxError` when
   * it can not be started, takes too long, writes too much, or the caller aborts.
   */
  exec(
    command: GuestCommandLine,
    options?: ExecOptions & { readonly encoding?: "utf8" },
  ): Promise<ExecResult<string>>;
  exec(
    command: GuestCommandLine,
    options: ExecOptions & { readonly encoding: "bytes" },
  ): Promise<ExecResult<Uint8Array>>;
  async exec(
    command: GuestCommandLine,
    options: ExecOptions & { readonly encoding?: "utf8" | "bytes" } = {},
  ): Promise<ExecResult<string | Uint8Array>> {
    checkCommand(command);
    checkExecOptions(options);
    const request = await this.request(command, options);
    const maxOutputBytes = options.maxOutputBytes ?? this.parts.outputBytes;
    return await collect(this.parts.channel, request, { ...options, maxOutputBytes });
  }

  /** Starts a command and gives its streams. */
  async spawn(command: GuestCommandLine, options: SpawnOptions = {}): Promise<GuestProcess> {
    checkCommand(command);
    checkSpawnOptions(options);
    const { pty = false, console = false } = options;
    if (pty !== false && console !== false) {
      throw new SandboxError("bad-option", "spawn: pty and console cannot be used together");
    }
    const size = pty === true ? { columns: 80, rows: 24 } : pty === false ? undefined : pty;
    const atConsole = console === false ? undefined : this.consoleFiles(console);
    const request = await this.request(command, options);
    return spawnProcess(this.parts.channel, { ...request, pty: size, console: atConsole }, options);
  }

  /**
   * Writes back what the guest's file systems hold for their disks, and powers the machine off: as
   * `poweroff -f` in the guest. Resolves when that has come to its end, as `ended` tells it.
   */
  async shutdown(): Promise<SystemEnd> {
    const { channel, link } = this.parts;
    channel.powerOff();
    const end = await link.ended;
    await this.close();
    return end;
  }

  /** Pulls the plug; what still runs is gone, and what no disk has yet is lost. */
  async close(): Promise<void> {
    this.parts.cleanUp();
    await this.parts.link.stop();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  private consoleFiles(console: true | ConsoleFiles): ConsoleFiles {
    if (this.parts.console === undefined) {
      const why = "the system has no console: boot({ console: true })";
      throw new SandboxError("bad-option", `spawn: console: ${why}`);
    }
    return console === true ? { stdin: true, stdout: true, stderr: true } : console;
  }

  private async request(
    command: GuestCommandLine,
    { cwd = "/", env, user }: CommandOptions,
  ): Promise<CommandRequest> {
    return {
      argv: typeof command === "string" ? ["/bin/sh", "-c", command] : command,
      env: { ...this.parts.env, ...env },
      cwd,
      ...(await resolveUser(user, this.fs)),
    };
  }
}
