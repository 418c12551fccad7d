// SPDX-License-Identifier: MPL-2.0

import { constants } from "node:os";
import type { Readable, Writable } from "node:stream";
import { ReadStream, WriteStream } from "node:tty";
import {
  HostTerminal,
  onFatalSignals,
  pumpInput,
  pumpOutput,
  terminalSize,
  type FatalSignal,
  type OutputPump,
} from "@aster/machine/node";
import type { BootCommand } from "../boot-once.ts";
import { PORT_STDERR, PORT_STDIN, PORT_STDOUT } from "../initramfs/init-script.ts";
import type { Guest } from "../system.ts";

/** The caller's three files. */
export interface HostStreams {
  readonly stdin: Readable;
  readonly stdout: Writable;
  readonly stderr: Writable;
}

/** What the terminal sends for Ctrl-C and, on a line of its own, Ctrl-D. */
const VINTR = 3;
const VEOF = 4;

export function isTerminal(stream: Readable | Writable): stream is ReadStream | WriteStream {
  return stream instanceof ReadStream || stream instanceof WriteStream;
}

/**
 * Joins the caller's files with the guest's console and ports, and gives the caller's
 * terminal back when the guest is done.
 */
export class HostConnection {
  /** Number of the signal that ended the run, if one did. */
  signalled: number | undefined;

  private readonly streams: HostStreams;
  /** Undefined when a foreign init has the console to itself. */
  private readonly command: BootCommand | undefined;
  /** The terminal that shows what the guest's console prints. */
  private readonly screen: WriteStream | undefined;
  private readonly pumps: OutputPump[] = [];
  private terminal: HostTerminal | undefined;
  private forgetSignals: () => void = () => {};

  constructor(streams: HostStreams, command: BootCommand | undefined) {
    this.streams = streams;
    this.command = command;
    this.screen = [streams.stdout, streams.stderr].find((stream) => stream instanceof WriteStream);
  }

  get terminalSize(): { columns: number; rows: number } {
    return terminalSize(this.screen);
  }

  connect(system: Guest): void {
    const { stdin, stdout, stderr } = this.streams;
    const { console } = system;
    const bound = this.command ?? { stdin: "console", stdout: "console", stderr: undefined };
    if (bound.stdin === "port") pumpInput(stdin, console.port(PORT_STDIN));
    else if (system.hasOwnTerminal !== true) this.connectKeyboard(system);
    if (bound.stdout === "port") {
      this.pumps.push(pumpOutput(console.port(PORT_STDOUT), stdout));
    }
    if (bound.stderr === "port") {
      this.pumps.push(pumpOutput(console.port(PORT_STDERR), stderr));
    }
    // A foreign init prints on the console, wherever the caller wants its output.
    const shown = this.command === undefined ? stdout : this.screen;
    if (shown !== undefined) this.pumps.push(pumpOutput(console.terminal, shown));
    this.forgetSignals = onFatalSignals((signal) => this.onSignal(signal, system));
  }

  /** Waits until the caller has all output. */
  async flush(): Promise<void> {
    await Promise.all(this.pumps.map((pump) => pump.flush()));
  }

  disconnect(): void {
    this.forgetSignals();
    this.terminal?.restore();
    this.streams.stdin.removeAllListeners("data");
    this.streams.stdin.pause();
  }

  private connectKeyboard(system: Guest): void {
    const { stdin, stdout } = this.streams;
    const port = system.console.terminal;
    port.onInputDrained = () => stdin.resume();
    stdin.on("data", (bytes: Buffer) => {
      if (!port.send(bytes)) stdin.pause();
    });
    stdin.on("error", () => port.endInput());
    if (stdin instanceof ReadStream && stdout instanceof WriteStream) {
      this.terminal = new HostTerminal({
        input: stdin,
        output: stdout,
        onResize: (columns, rows) => system.console.resize(columns, rows),
      });
      this.terminal.enterRawMode();
    } else {
      // The caller's terminal keeps editing lines: somebody else may use it too, such as a
      // pager behind our output. Its end of file becomes the one of the guest's terminal.
      stdin.on("end", () => void port.send(Uint8Array.of(VEOF)));
    }
  }

  /** Ctrl-C at a terminal in line mode is for the guest's foreground job; all else ends us. */
  private onSignal(signal: FatalSignal, system: Guest): void {
    const lineMode = this.terminal === undefined && this.command?.stdin === "console";
    if (signal === "SIGINT" && lineMode && this.signalled === undefined) {
      system.console.terminal.send(Uint8Array.of(VINTR));
      return;
    }
    this.signalled = constants.signals[signal];
    this.terminal?.restore();
    system.machine.stop(0);
  }
}
