// SPDX-License-Identifier: MPL-2.0

import { spawnSync } from "node:child_process";
import type { ReadStream, WriteStream } from "node:tty";

/** Signals that end a process by default, and that a terminal or its user sends. */
const FATAL_SIGNALS = ["SIGHUP", "SIGINT", "SIGQUIT", "SIGTERM"] as const;
export type FatalSignal = (typeof FATAL_SIGNALS)[number];

export interface HostTerminalOptions {
  readonly input: ReadStream;
  readonly output: WriteStream | undefined;
  /** Called with the new size, in characters. */
  readonly onResize: (columns: number, rows: number) => void;
}

/**
 * The terminal that the caller sits at, in raw mode: every key is the guest's.
 *
 * Raw mode must not outlive us. It is left by `restore`, which also runs when the
 * process exits for any reason that lets JavaScript run once more: a normal
 * exit, `process.exit`, an uncaught exception, or a signal that somebody handles.
 */
export class HostTerminal {
  private readonly input: ReadStream;
  private readonly output: WriteStream | undefined;
  private readonly onResize: (columns: number, rows: number) => void;
  private raw = false;
  private readonly restoreOnExit = (): void => this.restore();
  private readonly resized = (): void => {
    const { columns, rows } = terminalSize(this.output);
    this.onResize(columns, rows);
  };
  /** After SIGSTOP and a shell in between, the terminal is not as we left it. */
  private readonly continued = (): void => {
    if (this.raw) {
      this.input.setRawMode(false);
      this.setRaw();
    }
  };

  constructor(options: HostTerminalOptions) {
    this.input = options.input;
    this.output = options.output;
    this.onResize = options.onResize;
  }

  enterRawMode(): void {
    if (this.raw) return;
    process.on("exit", this.restoreOnExit);
    process.on("SIGCONT", this.continued);
    this.output?.on("resize", this.resized);
    this.setRaw();
    this.raw = true;
  }

  private setRaw(): void {
    this.input.setRawMode(true);
    // Node's raw mode still turns a line feed into carriage return and line feed (uv_tty_set_mode);
    // the guest's terminal does that itself where its programs want it. Without stty a screen
    // program may look wrong, and all else works.
    spawnSync("stty", ["-opost"], { stdio: [this.input, "ignore", "ignore"] });
  }

  restore(): void {
    if (!this.raw) return;
    this.raw = false;
    try {
      this.input.setRawMode(false);
    } catch {
      // The terminal is gone (its window was closed): nothing is left to restore.
    }
    process.off("exit", this.restoreOnExit);
    process.off("SIGCONT", this.continued);
    this.output?.off("resize", this.resized);
  }
}

/** Size of a terminal in characters; 80 by 24 where it is unknown. */
export function terminalSize(output: WriteStream | undefined): { columns: number; rows: number } {
  return { columns: output?.columns || 80, rows: output?.rows || 24 };
}

/** Calls `handler` on each signal that would end us; returns how to stop that. */
export function onFatalSignals(handler: (signal: FatalSignal) => void): () => void {
  for (const signal of FATAL_SIGNALS) process.on(signal, handler);
  return () => {
    for (const signal of FATAL_SIGNALS) process.off(signal, handler);
  };
}
