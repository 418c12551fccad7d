// SPDX-License-Identifier: MPL-2.0

import { STDOUT } from "@aster/kernel/agent";
import { LimitError, SandboxError, type PartialResult } from "../errors.ts";
import type { AgentChannel } from "./channel.ts";
import { GuestCommand, type CommandEvents, type CommandRequest } from "./command.ts";
import { Deadline, type DeadlineOptions } from "./deadline.ts";
import type { ExitStatus } from "./exit.ts";
import { InputSource, type GuestInput } from "./input-source.ts";
import { InputWriter } from "./input-writer.ts";

export interface CollectOptions extends DeadlineOptions {
  readonly stdin?: GuestInput | undefined;
  /** Limit on stdout and stderr together. */
  readonly maxOutputBytes: number;
  /** What the output is returned as; default "utf8". */
  readonly encoding?: "utf8" | "bytes" | undefined;
}

export interface ExecResult<Output> extends ExitStatus {
  readonly stdout: Output;
  readonly stderr: Output;
}

/** Runs a command to its end and collects what it writes. */
export function collect(
  channel: AgentChannel,
  request: CommandRequest,
  options: CollectOptions,
): Promise<ExecResult<string | Uint8Array>> {
  return new Promise((resolve, reject) => {
    const collector = new Collector(options, resolve, reject);
    GuestCommand.start(channel, request, collector).catch((error: unknown) => {
      collector.fail(error instanceof Error ? error : new Error(String(error)));
    });
  });
}

/** A killed command ends within this time, unless the guest has worse problems. */
const KILL_WAIT_MS = 1000;

class Collector implements CommandEvents {
  private readonly options: CollectOptions;
  private readonly resolve: (result: ExecResult<string | Uint8Array>) => void;
  private readonly reject: (error: Error) => void;
  private readonly deadline: Deadline;
  private readonly parts: [stdout: Uint8Array[], stderr: Uint8Array[]] = [[], []];
  private bytes = 0;
  private openStreams = 2;
  private status: ExitStatus | undefined;
  private isSettled = false;
  /** Waits for the end of a command that was killed. */
  private whenGone: (() => void) | undefined;
  private command: GuestCommand | undefined;
  private input: InputWriter | undefined;

  constructor(
    options: CollectOptions,
    resolve: (result: ExecResult<string | Uint8Array>) => void,
    reject: (error: Error) => void,
  ) {
    this.options = options;
    this.resolve = resolve;
    this.reject = reject;
    this.deadline = new Deadline("the command", options, (error) =>
      this.fail(
        error instanceof LimitError
          ? new LimitError(error.limit, error.message, { result: this.partialResult() })
          : error,
      ),
    );
  }

  /** The command is of no use any more: it is killed, and the wait for it ends when it is gone. */
  fail(error: Error): void {
    if (this.isSettled) return;
    this.isSettled = true;
    this.deadline.clear();
    this.input?.fail(InputWriter.closedByReader());
    const { command } = this;
    if (command === undefined || this.status !== undefined || command.isLost) {
      command?.killAll();
      this.reject(error);
      return;
    }
    command.killAll();
    const timer = setTimeout(() => this.reject(error), KILL_WAIT_MS);
    this.whenGone = () => {
      clearTimeout(timer);
      this.reject(error);
    };
  }

  started(command: GuestCommand): void {
    this.command = command;
    if (this.isSettled) {
      command.killAll();
      return;
    }
    this.input = new InputWriter(command);
    void this.writeInput(this.input);
  }

  output(stream: number, bytes: Uint8Array): void {
    if (this.isSettled) return;
    const { maxOutputBytes } = this.options;
    const room = maxOutputBytes - this.bytes;
    this.bytes += bytes.length;
    this.parts[stream === STDOUT ? 0 : 1].push(bytes.subarray(0, room));
    if (bytes.length > room) {
      const message = `the command wrote more than ${maxOutputBytes} bytes`;
      this.fail(new LimitError("output", message, { result: this.partialResult() }));
      return;
    }
    this.command?.giveCredit(stream, bytes.length);
  }

  outputEnd(): void {
    this.openStreams--;
    this.finish();
  }

  exited(status: ExitStatus): void {
    this.status = status;
    this.whenGone?.();
    this.input?.fail(InputWriter.closedByReader());
    this.finish();
  }

  inputDrained(): void {
    this.input?.drained();
  }

  inputClosed(): void {
    this.input?.fail(InputWriter.closedByReader());
  }

  lost(error: SandboxError): void {
    this.input?.fail(error);
    this.whenGone?.();
    this.fail(error);
  }

  /** A command need not read all of its input: that is no failure. */
  private async writeInput(input: InputWriter): Promise<void> {
    const { stdin = "" } = this.options;
    try {
      await input.writeAll(new InputSource(stdin));
    } catch (error) {
      const isOurs = error instanceof SandboxError && error.errno === "EPIPE";
      if (!isOurs) this.fail(error instanceof Error ? error : new Error(String(error)));
      return;
    }
    input.end();
  }

  private finish(): void {
    if (this.isSettled || this.status === undefined || this.openStreams > 0) return;
    this.isSettled = true;
    this.deadline.clear();
    const { status } = this;
    const [limit] = status.limitsHit ?? [];
    // A command that copes with what it is refused has not failed.
    if (limit === undefined || status.exitCode === 0) {
      const { stdout, stderr } = this.partialResult();
      this.resolve({ stdout, stderr, ...status });
      return;
    }
    const message = `the command failed with ${status.exitCode} after it met the limit on ${limit}`;
    this.reject(new LimitError(limit, message, { result: this.partialResult() }));
  }

  private partialResult(): PartialResult {
    const { encoding = "utf8" } = this.options;
    const read = encoding === "bytes" ? join : joinText;
    const [stdout, stderr] = this.parts;
    return { stdout: read(stdout), stderr: read(stderr), exitCode: this.status?.exitCode };
  }
}

function joinText(parts: readonly Uint8Array[]): string {
  return Buffer.concat(parts).toString("utf8");
}

function join(parts: readonly Uint8Array[]): Uint8Array {
  return parts.length === 1 && parts[0] ? parts[0] : new Uint8Array(Buffer.concat(parts));
}
