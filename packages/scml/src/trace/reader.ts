// SPDX-License-Identifier: MPL-2.0

import { LineKind, LineScanner } from "./line.ts";
import { SummaryTable } from "./summary-table.ts";

/** What a reader finds. The scanner is the reader's own: it describes the call only until it returns. */
export interface TraceSink {
  /** A call. `incomplete` when it never returned, so that arguments at its end may be missing. */
  call(scanner: LineScanner, place: TracePlace, incomplete: boolean): void;
  /** A line that is not strace's; `column` counts from 1. */
  unreadable(place: TracePlace, column: number, problem: string): void;
}

/** Where a call stands. The reader reuses one object: copy what is to be kept. */
export interface TracePlace {
  readonly file: string;
  /** Of an unfinished call, the line of its beginning. */
  readonly line: number;
  /** The line as in the trace; of a resumed call, its two halves joined. */
  readonly text: string;
}

/** How much a reader has seen. */
export interface TraceCounts {
  lines: number;
  calls: number;
  unreadable: number;
  signals: number;
  exits: number;
  notes: number;
}

/** Longer lines are not kept in memory: strace prints none, unless asked for (-s). */
export const MAX_LINE_LENGTH: number = 4 * 1024 * 1024;

/** What some editors put before a text: U+FEFF in UTF-8, byte by byte. */
const BYTE_ORDER_MARK = "\xef\xbb\xbf";

/** Processes whose calls may be unfinished at once; beyond it the oldest are given up. */
const MAX_PENDING = 65_536;

interface Pending {
  text: string;
  line: number;
}

/**
 * Puts together the calls of one trace from pieces of text, each line as latin1, in memory that
 * does not grow with the trace.
 */
export class TraceReader {
  readonly counts: TraceCounts = {
    lines: 0,
    calls: 0,
    unreadable: 0,
    signals: 0,
    exits: 0,
    notes: 0,
  };
  private readonly sink: TraceSink;
  private readonly scanner: LineScanner = new LineScanner();
  private readonly place: Place;
  private readonly table: SummaryTable = new SummaryTable();
  private readonly pending: Map<number, Pending> = new Map();
  /** The process of the last unfinished call. */
  private lastUnfinished = -1;
  private carry = "";
  /** Whether the line being carried is too long and is being thrown away. */
  private skipping = false;

  constructor(sink: TraceSink, file = "<trace>") {
    this.sink = sink;
    this.place = new Place(file);
  }

  /** Takes the next piece of the trace; pieces may end anywhere. */
  write(chunk: string): void {
    let start = 0;
    let newline = chunk.indexOf("\n");
    if (newline >= 0 && (this.carry !== "" || this.skipping)) {
      const line = this.carry + chunk.slice(0, newline);
      this.carry = "";
      if (this.skipping) this.skipping = false;
      else this.line(line, 0, line.length);
      start = newline + 1;
      newline = chunk.indexOf("\n", start);
    }
    while (newline >= 0) {
      this.line(chunk, start, newline);
      start = newline + 1;
      newline = chunk.indexOf("\n", start);
    }
    if (start >= chunk.length || this.skipping) return;
    this.carry += chunk.slice(start);
    if (this.carry.length > MAX_LINE_LENGTH) {
      this.counts.lines += 1;
      this.place.set(this.counts.lines, this.carry, 0, 200);
      this.unreadable(MAX_LINE_LENGTH, `this line is longer than ${MAX_LINE_LENGTH} characters`);
      this.carry = "";
      this.skipping = true;
    }
  }

  /** The end of the trace: calls that never returned are handed on. */
  end(): void {
    if (this.carry !== "") {
      const line = this.carry;
      this.carry = "";
      this.line(line, 0, line.length);
    }
    for (const pending of this.pending.values()) this.giveUp(pending);
    this.pending.clear();
  }

  private line(text: string, begin: number, to: number): void {
    const { scanner, counts, place } = this;
    const from = counts.lines === 0 && text.startsWith(BYTE_ORDER_MARK, begin) ? begin + 3 : begin;
    counts.lines += 1;
    place.set(counts.lines, text, from, to);
    switch (scanner.scan(text, from, to)) {
      case LineKind.Call:
        counts.calls += 1;
        this.sink.call(scanner, place, false);
        return;
      case LineKind.Cut:
        counts.calls += 1;
        this.sink.call(scanner, place, true);
        return;
      case LineKind.Unfinished:
        this.unfinished(text.slice(from, scanner.argsEnd));
        return;
      case LineKind.Resumed:
        this.resumed(text.slice(scanner.restStart, to));
        return;
      case LineKind.Signal:
        counts.signals += 1;
        return;
      case LineKind.Exit:
        counts.exits += 1;
        return;
      case LineKind.Note:
        counts.notes += 1;
        return;
      case LineKind.Unreadable:
        if (this.continued(text.slice(from, to))) return;
        if (this.table.takes(text.slice(from, to))) {
          counts.notes += 1;
          return;
        }
        this.unreadable(scanner.problemAt - from + 1, scanner.problem);
        return;
      default:
    }
  }

  private unfinished(text: string): void {
    const { pid } = this.scanner;
    const before = this.pending.get(pid);
    if (before !== undefined) this.giveUp(before);
    else if (this.pending.size >= MAX_PENDING) {
      for (const [oldest, pending] of this.pending) {
        this.pending.delete(oldest);
        this.giveUp(pending);
        break;
      }
    }
    this.lastUnfinished = pid;
    // A copy, so that the piece of the trace around it can be forgotten.
    this.pending.set(pid, { text: copyOf(text), line: this.counts.lines });
  }

  /**
   * With `-z` and `-Z`, which hold a call back until its result is known, strace prints the rest of
   * an unfinished call on the next line with nothing before it. Whether this line is one.
   */
  private continued(rest: string): boolean {
    const { scanner, place, counts, lastUnfinished: pid } = this;
    const pending = this.pending.get(pid);
    if (pending === undefined || pending.line !== counts.lines - 1) return false;
    const { problem, problemAt } = scanner;
    const joined = pending.text + rest;
    const kind = scanner.scan(joined, 0, joined.length);
    if (kind !== LineKind.Call && kind !== LineKind.Cut) {
      scanner.problem = problem;
      scanner.problemAt = problemAt;
      return false;
    }
    this.pending.delete(pid);
    place.set(pending.line, joined, 0, joined.length);
    counts.calls += 1;
    this.sink.call(scanner, place, kind === LineKind.Cut);
    return true;
  }

  private resumed(rest: string): void {
    const { scanner, place } = this;
    const pid = this.beginningOf(scanner.pid, scanner.name);
    const pending = pid === undefined ? undefined : this.pending.get(pid);
    if (pid === undefined || pending === undefined) {
      this.unreadable(1, "the beginning of this call is not in the trace");
      return;
    }
    this.pending.delete(pid);
    const joined = pending.text + rest;
    const kind = scanner.scan(joined, 0, joined.length);
    if (kind === LineKind.Unfinished) {
      this.pending.set(pid, { text: copyOf(joined.slice(0, scanner.argsEnd)), line: pending.line });
      return;
    }
    if (kind !== LineKind.Call && kind !== LineKind.Cut) {
      this.unreadable(1, `the two halves of this call do not fit: ${scanner.problem}`);
      return;
    }
    place.set(pending.line, joined, 0, joined.length);
    this.counts.calls += 1;
    this.sink.call(scanner, place, kind === LineKind.Cut);
  }

  /**
   * Whose unfinished `call` ends with a line of `pid`. A thread that executes a program takes over
   * the number of its process: what the thread of that number was in never ends.
   */
  private beginningOf(pid: number, call: string): number | undefined {
    const own = this.pending.get(pid);
    if (call !== "execve") return own === undefined ? this.otherWith(call) : pid;
    if (own !== undefined && isCallOf(own.text, call)) return pid;
    for (const [other, { text }] of this.pending) {
      if (!isCallOf(text, call)) continue;
      this.pending.delete(pid);
      if (own !== undefined) this.giveUp(own);
      return other;
    }
    return own === undefined ? undefined : pid;
  }

  /**
   * strace names the process only while there are several, so that the end of a call may have a
   * name that its beginning has not, or none where it had one.
   */
  private otherWith(call: string): number | undefined {
    const fits = (pid: number): boolean => isCallOf(this.pending.get(pid)?.text ?? "", call);
    if (this.scanner.pid !== -1) return fits(-1) ? -1 : undefined;
    let found: number | undefined;
    for (const pid of this.pending.keys()) if (fits(pid)) found = pid;
    return found;
  }

  /** Hands on a call of which the trace has only the beginning. */
  private giveUp(pending: Pending): void {
    const text = `${pending.text}<unfinished ...>) = ?`;
    if (this.scanner.scan(text, 0, text.length) !== LineKind.Cut) return;
    this.place.set(pending.line, text, 0, text.length);
    this.counts.calls += 1;
    this.sink.call(this.scanner, this.place, true);
  }

  private unreadable(column: number, problem: string): void {
    this.counts.unreadable += 1;
    this.sink.unreadable(this.place, Math.max(1, column), problem);
  }
}

/** Whether the beginning of a line is that of `call`. */
function isCallOf(text: string, call: string): boolean {
  const start = `${call}(`;
  return text.startsWith(start) || text.includes(` ${start}`);
}

class Place implements TracePlace {
  readonly file: string;
  line = 0;
  private source = "";
  private from = 0;
  private to = 0;

  constructor(file: string) {
    this.file = file;
  }

  set(line: number, source: string, from: number, to: number): void {
    this.line = line;
    this.source = source;
    this.from = from;
    this.to = to;
  }

  get text(): string {
    return copyOf(this.source.slice(this.from, this.to).replace(/\r$/, ""));
  }
}

/** The same characters in a string of their own: a slice keeps the whole text it is of alive. */
export function copyOf(text: string): string {
  // Slicing a concatenation makes V8 write it out into memory of its own.
  return text.length < 13 ? text : ` ${text}`.slice(1);
}
