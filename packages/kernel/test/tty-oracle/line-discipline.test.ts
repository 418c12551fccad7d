// SPDX-License-Identifier: MPL-2.0

import { VmWriter } from "@aster/ostd";
import { expect, test } from "@jest/globals";
import vectors from "./vectors.json";
import { LineDiscipline } from "../../src/device/tty/line-discipline.ts";
import type { DisciplineHost } from "../../src/device/tty/line-discipline.ts";
import { Termios } from "../../src/device/tty/termios.ts";

/** A terminal that takes everything, unless it is stopped, and remembers what happened. */
class RecordingHost implements DisciplineHost {
  shown: number[] = [];
  signals: number[] = [];
  stopped = false;
  readonly flowStopped = false;
  room = 65_536;

  writeRoom(): number {
    return this.stopped ? 0 : this.room;
  }
  writeOut(bytes: Uint8Array, count: number): void {
    this.shown.push(...bytes.subarray(0, count));
    this.room -= count;
  }
  signalForeground(signal: number): void {
    this.signals.push(signal);
  }
  startOutput(): void {
    this.stopped = false;
  }
  stopOutput(): void {
    this.stopped = true;
  }
  discardOutput(): void {}
  inputReady(): void {}

  take(): { readonly shown: string; readonly signals: number[] } {
    const taken = { shown: Buffer.from(this.shown).toString("hex"), signals: this.signals };
    this.shown = [];
    this.signals = [];
    return taken;
  }
}

/** A terminal's end of input: what the discipline had no room for. */
class Terminal {
  readonly host = new RecordingHost();
  readonly termios = new Termios();
  readonly discipline: LineDiscipline;
  private waiting: Uint8Array = new Uint8Array(0);

  constructor(termios: string) {
    this.termios.decode(Buffer.from(termios, "hex"));
    this.discipline = new LineDiscipline(this.host, this.termios);
  }

  type(bytes: Uint8Array): void {
    this.waiting = Buffer.concat([this.waiting, bytes]);
    this.pump();
  }

  write(bytes: Uint8Array): number {
    this.discipline.echo.flush();
    const taken = this.discipline.output.write(bytes, bytes.length);
    return taken === 0 ? -1 : taken;
  }

  read(count: number): string | null {
    if (!this.discipline.hasInput(1)) return null;
    const bytes = new Uint8Array(count);
    const writer = VmWriter.from(bytes);
    const moved = this.discipline.canonical
      ? this.discipline.readLine(writer)
      : this.discipline.readRaw(writer);
    this.pump();
    return Buffer.from(bytes.subarray(0, moved)).toString("hex");
  }

  set(termios: string): void {
    const old = this.termios.clone();
    this.termios.decode(Buffer.from(termios, "hex"));
    this.discipline.termiosChanged(old);
  }

  private pump(): void {
    while (this.waiting.length > 0) {
      const taken = this.discipline.receive(this.waiting, 0, this.waiting.length);
      if (taken === 0) return;
      this.waiting = this.waiting.subarray(taken);
    }
  }
}

interface Step {
  readonly kind: string;
  readonly bytes?: string;
  readonly count?: number;
  readonly written?: number;
  readonly result?: string | null;
  readonly termios?: string;
  readonly shown: string;
  readonly readable: number;
  readonly signals: readonly number[];
}

const cases: readonly { name: string; termios: string; steps: readonly Step[] }[] = vectors;

test.each(cases)("as Linux does: $name", ({ termios, steps }) => {
  const terminal = new Terminal(termios);
  for (const [index, step] of steps.entries()) {
    const bytes = Buffer.from(step.bytes ?? "", "hex");
    const where = `step ${index}, ${step.kind}`;
    if (step.kind === "type") terminal.type(bytes);
    if (step.kind === "write")
      expect([where, terminal.write(bytes)]).toEqual([where, step.written]);
    if (step.kind === "read") {
      expect([where, terminal.read(step.count ?? 0)]).toEqual([where, step.result]);
    }
    if (step.kind === "set") terminal.set(step.termios ?? "");
    const { shown, signals } = terminal.host.take();
    const seen = { where, shown, signals, readable: terminal.discipline.readableBytes };
    const { readable } = step;
    expect(seen).toEqual({ where, shown: step.shown, signals: step.signals, readable });
  }
});

test("output that finds no room is taken up where it stopped", () => {
  const terminal = new Terminal(vectors[0]?.termios ?? "");
  terminal.host.room = 3;
  const text = Buffer.from("a\nb\n");
  expect(terminal.discipline.output.write(text, text.length)).toBe(2);
  terminal.host.room = 100;
  expect(terminal.discipline.output.write(text.subarray(2), 2)).toBe(2);
  expect(Buffer.from(terminal.host.shown).toString()).toBe("a\r\nb\r\n");
});

test("echo waits for room, and half a ^X is never shown", () => {
  const terminal = new Terminal(vectors[0]?.termios ?? "");
  terminal.host.room = 2;
  terminal.type(Buffer.from("a\x01b"));
  expect(Buffer.from(terminal.host.shown).toString()).toBe("a");
  terminal.host.room = 100;
  terminal.discipline.echo.showMarked();
  expect(Buffer.from(terminal.host.shown).toString()).toBe("a^Ab");
});
