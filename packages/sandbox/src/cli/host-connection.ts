// SPDX-License-Identifier: MPL-2.0

import { constants } from "node:os";
import type { Readable, Writable } from "node:stream";
import { ReadStream, WriteStream } from "node:tty";
import { HostTerminal, onFatalSignals, terminalSize, type FatalSignal } from "@aster/machine/node";
import type { InputPort } from "../agent/input-writer.ts";
import type { TerminalSize } from "../boot-options.ts";
import type { GuestConsole } from "../system-console.ts";
import { feedPort } from "./feed-port.ts";

/** The caller's three files. */
export interface HostStreams {
  readonly stdin: Readable;
  readonly stdout: Writable;
  readonly stderr: Writable;
}

/** A guest's ends of them; what is not there leads nowhere. */
export interface GuestStreams {
  /** The console, for what is typed: absent where the command's input is not the console. */
  readonly keyboard?: WritableStream<Uint8Array | string>;
  readonly stdin?: WritableStream<Uint8Array | string> | InputPort;
  readonly stdout?: ReadableStream<Uint8Array>;
  readonly stderr?: ReadableStream<Uint8Array>;
}

/** What the terminal sends for Ctrl-C and, on a line of its own, Ctrl-D. */
const VINTR = Uint8Array.of(3);
const VEOF = Uint8Array.of(4);

export function isTerminal(stream: Readable | Writable): stream is ReadStream | WriteStream {
  return stream instanceof ReadStream || stream instanceof WriteStream;
}

/**
 * Joins the caller's files with the guest's console and the command's files, and gives the
 * caller's terminal back when the guest is done.
 */
export class HostConnection {
  /** Number of the signal that ended the run, if one did. */
  signalled: number | undefined;

  private readonly streams: HostStreams;
  /** The terminal that shows what the guest's console prints. */
  private readonly screen: WriteStream | undefined;
  /** What is written for the caller, until it has ended. */
  private readonly outputs: Promise<void>[] = [];
  private readonly screens: Promise<void>[] = [];
  /** What the command's input is read from, where that is no stream. */
  private given: Readable | undefined;
  private terminal: HostTerminal | undefined;
  private keyboard: WritableStreamDefaultWriter<Uint8Array | string> | undefined;
  private forgetSignals: () => void = () => {};
  private interrupt: () => void = () => {};

  constructor(streams: HostStreams) {
    this.streams = streams;
    this.screen = [streams.stdout, streams.stderr].find((stream) => stream instanceof WriteStream);
  }

  get terminalSize(): TerminalSize {
    return terminalSize(this.screen);
  }

  /** Whether one of the caller's files is a terminal. */
  get hasTerminal(): boolean {
    return isTerminal(this.streams.stdin) || this.screen !== undefined;
  }

  /** Calls `stop` when a signal ends the run. */
  watchSignals(stop: () => void): void {
    this.interrupt = () => this.end("SIGINT", stop);
    this.forgetSignals = onFatalSignals((signal) => this.onSignal(signal, stop));
  }

  /** Shows what the console prints: on the caller's terminal, or with `onOutput` on its output. */
  showConsole(console: GuestConsole, onOutput = false): void {
    const shown = onOutput ? this.streams.stdout : this.screen;
    this.screens.push(
      shown === undefined ? dropOutput(console.output) : pump(console.output, shown),
    );
  }

  /**
   * Has the guest get what the caller types or gives, and the caller what it writes. Until the guest
   * `isUp`, Ctrl-C ends the run: there it would reach nobody.
   */
  connect(
    guest: GuestStreams,
    resize: (size: TerminalSize) => void,
    isUp: () => boolean = () => true,
  ): void {
    const { stdin, stdout, stderr } = this.streams;
    if (guest.keyboard !== undefined) {
      stdin.on("data", (bytes: Buffer) => {
        if (bytes.includes(VINTR[0] ?? 0) && !isUp()) this.interrupt();
      });
    }
    if (guest.keyboard !== undefined) this.connectKeyboard(guest.keyboard, resize);
    else if (guest.stdin instanceof WritableStream) feed(stdin, guest.stdin);
    else if (guest.stdin !== undefined) this.given = feedPort(stdin, guest.stdin);
    if (guest.stdout !== undefined) this.outputs.push(pump(guest.stdout, stdout));
    if (guest.stderr !== undefined) this.outputs.push(pump(guest.stderr, stderr));
  }

  /** Waits until the caller has all that the command wrote. */
  async flush(): Promise<void> {
    await Promise.all(this.outputs);
  }

  /** Waits, once the guest has gone, until the caller has also what its console printed. */
  async flushScreen(): Promise<void> {
    await Promise.all([...this.outputs, ...this.screens]);
  }

  disconnect(): void {
    this.forgetSignals();
    this.terminal?.restore();
    for (const source of [this.streams.stdin, this.given]) {
      source?.removeAllListeners("data");
      source?.pause();
    }
  }

  private connectKeyboard(
    keyboard: WritableStream<Uint8Array | string>,
    resize: (size: TerminalSize) => void,
  ): void {
    const { stdin, stdout } = this.streams;
    const writer = feed(stdin, keyboard, VEOF);
    this.keyboard = writer;
    if (stdin instanceof ReadStream && stdout instanceof WriteStream) {
      this.terminal = new HostTerminal({
        input: stdin,
        output: stdout,
        onResize: (columns, rows) => resize({ columns, rows }),
      });
      this.terminal.enterRawMode();
    }
    // Else the caller's terminal keeps editing lines: somebody else may use it too, such as a
    // pager behind our output. Its end of file becomes the one of the guest's terminal.
  }

  /** Ctrl-C at a terminal in line mode is for the guest's foreground job; all else ends us. */
  private onSignal(signal: FatalSignal, stop: () => void): void {
    const isLineMode = this.terminal === undefined && this.keyboard !== undefined;
    if (signal === "SIGINT" && isLineMode && this.signalled === undefined) {
      this.keyboard?.write(VINTR).catch(() => {});
      return;
    }
    this.end(signal, stop);
  }

  private end(signal: FatalSignal, stop: () => void): void {
    this.signalled = constants.signals[signal];
    this.terminal?.restore();
    stop();
  }
}

/** Feeds what can be read from `source`; its end, or an error, is the input's, or `atEnd` is. */
export function feed(
  source: Readable,
  input: WritableStream<Uint8Array | string>,
  atEnd?: Uint8Array,
): WritableStreamDefaultWriter<Uint8Array | string> {
  const writer = input.getWriter();
  writer.closed.catch(() => {});
  const end = (): void => {
    const isTold = atEnd === undefined ? writer.close() : writer.write(atEnd);
    isTold.catch(() => {});
  };
  source.on("data", (bytes: Buffer) => {
    writer.write(bytes).catch(() => {});
    if ((writer.desiredSize ?? 0) > 0) return;
    source.pause();
    // Whom nobody reads any more is not read any more either.
    writer.ready.then(
      () => source.resume(),
      () => {},
    );
  });
  source.on("end", end);
  // A read error (a directory, a terminal that went away) is an end to the guest.
  source.on("error", end);
  // The run before may have paused it.
  source.resume();
  return writer;
}

/** Writes all of `output` to `target`, at its pace; who reads no more makes the guest's writer fail. */
export async function pump(output: ReadableStream<Uint8Array>, target: Writable): Promise<void> {
  const reader = output.getReader();
  let isBroken = target.destroyed;
  const onError = (): void => {
    isBroken = true;
    void reader.cancel().catch(() => {});
  };
  // It stays: an error that comes late is nobody's, but must not end us.
  target.on("error", onError);
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done || isBroken) return;
      await write(target, value);
    }
  } catch {
    // The guest has gone; who asked for the command hears why.
  }
}

function write(target: Writable, bytes: Uint8Array): Promise<void> {
  return new Promise((resolve) => {
    target.write(bytes, () => resolve());
  });
}

async function dropOutput(output: ReadableStream<Uint8Array>): Promise<void> {
  const reader = output.getReader();
  while (!(await reader.read()).done);
}
