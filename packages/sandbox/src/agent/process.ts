// SPDX-License-Identifier: MPL-2.0

import { STDERR, STDOUT } from "@aster/kernel/agent";
import { checkTerminalSize } from "../check-options.ts";
import { SandboxError } from "../errors.ts";
import { toBytes } from "./byte-strings.ts";
import type { AgentChannel } from "./channel.ts";
import { GuestCommand, outputStreams, type CommandEvents, type CommandRequest } from "./command.ts";
import { Deadline, type DeadlineOptions } from "./deadline.ts";
import type { ExitStatus } from "./exit.ts";
import { InputWriter, type InputPort } from "./input-writer.ts";
import { signalNumber, type GuestSignal } from "./signals.ts";

/** Bytes that wait in a stream for its reader; its writer waits when there are more. */
const QUEUE_BYTES = 64 * 1024;

/** A command that runs in the guest. */
export interface GuestProcess {
  /** In the guest. */
  readonly pid: number;
  /** What the command reads; text is written as UTF-8. With a pty, what is typed there. */
  readonly stdin: WritableStream<Uint8Array | string>;
  /** With a pty, everything that the terminal shows. */
  readonly stdout: ReadableStream<Uint8Array>;
  /** Empty with a pty; each is empty where the console is in its place. */
  readonly stderr: ReadableStream<Uint8Array>;
  /** Rejects with `SandboxError` when the command did not end by itself. */
  readonly exit: Promise<ExitStatus>;
  /** Sends a signal to the command's process group; default SIGTERM. */
  kill(signal?: GuestSignal): void;
  /** The terminal has a new size, in characters. */
  resize(columns: number, rows: number): void;
}

/** Starts a command; its streams wait for each other on both sides. */
export async function spawnProcess(
  channel: AgentChannel,
  request: CommandRequest,
  options: DeadlineOptions,
): Promise<GuestProcess> {
  const process = new RunningProcess(request, options);
  try {
    await GuestCommand.start(channel, request, process);
  } catch (error) {
    process.fail(error);
    throw error;
  }
  return process;
}

/** What `stdin` writes to, for who needs no stream and does not use that; absent where it is no pipe of ours. */
export function directInput(process: GuestProcess): InputPort | undefined {
  return process instanceof RunningProcess ? process.directInput : undefined;
}

class RunningProcess implements GuestProcess, CommandEvents {
  pid = 0;
  readonly stdin: WritableStream<Uint8Array | string>;
  readonly stdout: ReadableStream<Uint8Array>;
  readonly stderr: ReadableStream<Uint8Array>;
  readonly exit: Promise<ExitStatus>;

  private readonly deadline: Deadline;
  private readonly outputs: readonly [OutputQueue, OutputQueue];
  private command: GuestCommand | undefined;
  private input: InputWriter | undefined;
  private stdinController: WritableStreamDefaultController | undefined;
  private settle: { resolve(status: ExitStatus): void; reject(error: unknown): void } | undefined;

  constructor(request: CommandRequest, options: DeadlineOptions) {
    this.deadline = new Deadline("the command", options, (error) => {
      this.fail(error);
      this.command?.killAll();
    });
    this.outputs = [new OutputQueue(this, STDOUT), new OutputQueue(this, STDERR)];
    [this.stdout, this.stderr] = [this.outputs[0].stream, this.outputs[1].stream];
    const streams = outputStreams(request);
    if (!streams.includes(STDOUT)) this.outputs[0].end();
    if (!streams.includes(STDERR)) this.outputs[1].end();
    this.stdin = new WritableStream(
      {
        start: (controller) => {
          this.stdinController = controller;
        },
        write: (part) => this.input?.write(toBytes(part)),
        close: () => this.input?.end(),
        abort: () => this.input?.end(),
      },
      { highWaterMark: QUEUE_BYTES, size: (part) => part.length },
    );
    this.exit = new Promise((resolve, reject) => {
      this.settle = { resolve, reject };
    });
    if (request.console?.stdin === true) this.inputClosed();
    // Who does not ask how the command ended does not have to hear that the guest has gone.
    this.exit.catch(() => {});
  }

  get directInput(): InputPort | undefined {
    return this.input;
  }

  kill(signal: GuestSignal = "SIGTERM"): void {
    this.command?.signal(signalNumber(signal));
  }

  resize(columns: number, rows: number): void {
    checkTerminalSize({ columns, rows });
    this.command?.resize(columns, rows);
  }

  giveCredit(stream: number, bytes: number): void {
    this.command?.giveCredit(stream, bytes);
  }

  closeOutput(stream: number): void {
    this.command?.closeOutput(stream);
  }

  /** Nothing more can be had of the command. */
  fail(error: unknown): void {
    this.deadline.clear();
    this.settle?.reject(error);
    for (const output of this.outputs) output.fail(error);
    this.closeInput(error);
  }

  // --- CommandEvents

  started(command: GuestCommand): void {
    this.command = command;
    this.pid = command.pid;
    this.input = new InputWriter(command);
  }

  output(stream: number, bytes: Uint8Array): void {
    this.outputs[stream === STDOUT ? 0 : 1].add(bytes);
  }

  outputEnd(stream: number): void {
    this.outputs[stream === STDOUT ? 0 : 1].end();
  }

  exited(status: ExitStatus): void {
    this.deadline.clear();
    this.settle?.resolve(status);
    this.inputClosed();
  }

  inputDrained(): void {
    this.input?.drained();
  }

  inputClosed(): void {
    this.closeInput(InputWriter.closedByReader());
  }

  lost(error: SandboxError): void {
    this.fail(error);
  }

  private closeInput(error: unknown): void {
    if (error instanceof SandboxError) this.input?.fail(error);
    this.stdinController?.error(error);
  }
}

/** One output of a command as a stream: what is read makes room for as much again. */
class OutputQueue {
  readonly stream: ReadableStream<Uint8Array>;
  private controller: ReadableStreamDefaultController<Uint8Array> | undefined;
  private isOpen = true;
  /** Bytes in the queue that the guest has no credit for yet. */
  private unpaid = 0;

  constructor(owner: RunningProcess, number: number) {
    this.stream = new ReadableStream<Uint8Array>(
      {
        start: (controller) => {
          this.controller = controller;
        },
        pull: () => {
          if (this.unpaid > 0) owner.giveCredit(number, this.unpaid);
          this.unpaid = 0;
        },
        cancel: () => {
          this.isOpen = false;
          owner.closeOutput(number);
        },
      },
      { highWaterMark: QUEUE_BYTES, size: (bytes) => bytes?.byteLength ?? 0 },
    );
  }

  add(bytes: Uint8Array): void {
    if (!this.isOpen) return;
    this.unpaid += bytes.length;
    this.controller?.enqueue(bytes);
  }

  end(): void {
    if (this.isOpen) this.controller?.close();
    this.isOpen = false;
  }

  fail(error: unknown): void {
    if (this.isOpen) this.controller?.error(error);
    this.isOpen = false;
  }
}
