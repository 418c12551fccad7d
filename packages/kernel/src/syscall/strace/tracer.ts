// SPDX-License-Identifier: MPL-2.0

import type { Thread } from "../../process/thread.ts";
import type { StraceSink } from "./sink.ts";

/** Column at which the results stand, the name of the thread included (strace -a). */
const RESULT_COLUMN = 40;

/** Builds the lines of the trace: a call's line stays open until it ends or another thread speaks. */
export class Tracer {
  private readonly sink: StraceSink;
  /** The thread whose line is open, and the line so far. */
  private openThread: Thread | undefined = undefined;
  private openText = "";
  /** As it was when the call began. */
  private openPrefix = "";

  constructor(sink: StraceSink) {
    this.sink = sink;
  }

  /** A call begins: `text` is its name and the arguments that are known. */
  begin(thread: Thread, text: string): void {
    this.interrupt();
    this.openThread = thread;
    this.openPrefix = prefix(thread);
    this.openText = text;
    thread.isTraced = true;
  }

  /** A call ends: `text` is the rest of its arguments with the closing parenthesis. */
  end(thread: Thread, name: string, text: string, result: string): void {
    thread.isTraced = false;
    let start = "";
    let call = `<... ${name} resumed>${text}`;
    if (this.openThread === thread) {
      this.openThread = undefined;
      start = this.openPrefix;
      call = this.openText + text;
    } else {
      this.interrupt();
      start = prefix(thread);
    }
    this.sink.writeLine(`${`${start}${call} `.padEnd(RESULT_COLUMN)}= ${result}`);
  }

  /** A line that is no call: a signal, an end. */
  say(thread: Thread, text: string): void {
    this.interrupt();
    this.sink.writeLine(prefix(thread) + text);
  }

  /** Closes an open line, since another one comes. */
  interrupt(): void {
    const thread = this.openThread;
    if (thread === undefined) return;
    this.openThread = undefined;
    this.sink.writeLine(`${this.openPrefix}${this.openText} <unfinished ...>`);
  }
}

/** As strace -f, which names the thread while there are several. */
function prefix(thread: Thread): string {
  return thread.kernel.processes.threads.size > 1 ? `[pid ${String(thread.tid).padStart(5)}] ` : "";
}
