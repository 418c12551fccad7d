// SPDX-License-Identifier: MPL-2.0

import { checkTerminalSize } from "./check-options.ts";
import type { Link } from "./link/link.ts";
import { PortStreams } from "./port-streams.ts";

/** The terminal at which a system stands: /dev/console, and what a kernel prints there. */
export interface GuestConsole {
  /** What is typed; text as UTF-8. Its end ends the line: a guest sees it hung up. */
  readonly input: WritableStream<Uint8Array | string>;
  /** What is shown. The guest waits for a reader that is slower than it. */
  readonly output: ReadableStream<Uint8Array>;
  /** The terminal has a new size, in characters. */
  resize(columns: number, rows: number): void;
}

/** The console of a system on a link. */
export class SystemConsole implements GuestConsole {
  readonly input: WritableStream<Uint8Array | string>;
  readonly output: ReadableStream<Uint8Array>;
  private readonly link: Link;
  private readonly streams: PortStreams;

  constructor(link: Link) {
    this.link = link;
    this.streams = new PortStreams(link.console);
    this.input = this.streams.input;
    this.output = this.streams.output;
    void link.ended.then(() => this.streams.finish());
  }

  resize(columns: number, rows: number): void {
    checkTerminalSize({ columns, rows });
    this.link.resize({ columns, rows });
  }

  /** What the kernel printed without its drivers. */
  show(bytes: Uint8Array): void {
    this.streams.show(bytes);
  }
}
