// SPDX-License-Identifier: MPL-2.0

import type { AgentChannel } from "./agent/channel.ts";
import type { CommandRequest } from "./agent/command.ts";
import type { DeadlineOptions } from "./agent/deadline.ts";
import { collect, type ExecResult } from "./agent/exec.ts";
import { GuestFiles } from "./agent/files.ts";
import type { GuestInput } from "./agent/input-source.ts";
import { spawnProcess, type GuestProcess } from "./agent/process.ts";
import { resolveUser, type GuestUser } from "./agent/users.ts";
import type { Argument } from "./initramfs/init-script.ts";
import { checkCommand, checkExecOptions, checkSpawnOptions } from "./check-options.ts";
import type { Link } from "./link/link.ts";
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
  /** A terminal in the place of three pipes: true for 80 by 24 characters. */
  readonly pty?: boolean | { readonly columns: number; readonly rows: number };
}

export interface RunningSystemParts {
  readonly channel: AgentChannel;
  readonly link: Link;
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
    const { pty = false } = options;
    const size = pty === true ? { columns: 80, rows: 24 } : pty === false ? undefined : pty;
    const request = await this.request(command, options);
    return spawnProcess(this.parts.channel, { ...request, pty: size }, options);
  }

  /** Pulls the plug; what still runs is gone. */
  async close(): Promise<void> {
    this.parts.cleanUp();
    await this.parts.link.stop();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
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
