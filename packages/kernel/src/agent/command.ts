// SPDX-License-Identifier: MPL-2.0

import type { Tty } from "../device/tty/tty.ts";
import type { Process } from "../process/process.ts";
import type { Thread } from "../process/thread.ts";
import { SignalInfo } from "../signal/signal-info.ts";
import type { CommandFiles } from "./command-files.ts";
import type { Outbox } from "./outbox.ts";
import { GuestMessage, SignalScope } from "./protocol.ts";
import type { InputStream, OutputMessage, OutputStream } from "./streams.ts";
import { MessageWriter } from "./wire.ts";

/** A command of the host that runs, or whose output has not all gone to the host. */
export class Command {
  readonly id: number;
  readonly process: Process;
  readonly input: InputStream;
  readonly outputs: readonly OutputStream[];
  private readonly terminal: Tty | undefined;
  private isEndReported = false;

  constructor(id: number, process: Process, files: CommandFiles) {
    this.id = id;
    this.process = process;
    this.input = files.input;
    this.outputs = files.outputs;
    this.terminal = files.terminal;
  }

  /** Nothing is left to tell of it. */
  get isDone(): boolean {
    return this.isEndReported && this.outputs.every((output) => output.hasEnded);
  }

  /** The output of this number, as the protocol counts. */
  output(stream: number): OutputStream | undefined {
    return this.outputs.find((output) => output.stream === stream);
  }

  /** Moves data and tells of the end; whether anything happened. Else the thread will be woken. */
  pump(thread: Thread, outbox: Outbox, message: OutputMessage): boolean {
    let any = this.input.pump(thread, outbox);
    if (!this.isEndReported) {
      if (this.process.isZombie) {
        this.reportEnd(outbox);
        any = true;
      } else if (this.process.endQueue !== undefined) {
        thread.blockMore(this.process.endQueue);
      }
    }
    for (const output of this.outputs) {
      if (output.pump(thread, outbox, message)) any = true;
    }
    return any;
  }

  private reportEnd(outbox: Outbox): void {
    this.isEndReported = true;
    this.input.close();
    for (const output of this.outputs) output.commandEnded();
    const message = new MessageWriter(GuestMessage.EXITED, this.id);
    const { exitStatus, kernel } = this.process;
    outbox.send(message.u32(exitStatus).u32(kernel.limitHits.take(this.id)));
  }

  /** Sends a signal, to whom `scope` says. */
  signal(signo: number, scope: number): void {
    const { process } = this;
    if (scope === SignalScope.ALL) {
      for (const other of [...process.kernel.processes.processes.values()]) {
        if (other.commandId === this.id) other.signal(SignalInfo.kernel(signo));
      }
    } else if (scope === SignalScope.GROUP) {
      process.group.signal(SignalInfo.kernel(signo));
    } else {
      process.signal(SignalInfo.kernel(signo));
    }
  }

  resize(columns: number, rows: number): void {
    this.terminal?.resize({ columns, rows, xPixels: 0, yPixels: 0 });
  }
}
