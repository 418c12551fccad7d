// SPDX-License-Identifier: MPL-2.0

/** What a line of strace's output is. */
export const LineKind = {
  /** A whole call, with its result. */
  Call: 1,
  /** The beginning of a call: `read(3, <unfinished ...>`. */
  Unfinished: 2,
  /** The end of a call: `<... read resumed>"x", 1) = 1`. */
  Resumed: 3,
  /** A call that never returned, with the arguments printed so far. */
  Cut: 4,
  /** `--- SIGCHLD {...} ---` */
  Signal: 5,
  /** `+++ exited with 0 +++` */
  Exit: 6,
  /** What strace says beside calls: stack frames (-k), dumps, "Process 7 attached". */
  Note: 7,
  Empty: 8,
  /** Not a line of strace; `problem` and `problemAt` tell why. */
  Unreadable: 9,
} as const;
export type LineKind = (typeof LineKind)[keyof typeof LineKind];

/** The most arguments of a call that are kept apart; Linux has six at most, strace prints no more. */
export const MAX_ARGS = 32;

/** Names that are kept; two that fall into one slot take turns. */
const NAME_SLOTS = 1024;

/** The largest process id of Linux; a larger number before a call is a time. */
const MAX_PID = 4_194_304;

// Characters that the scanner of arguments stops at.
const STOPS = new Uint8Array(256);
for (const char of "\"'()[]{},</") STOPS[char.charCodeAt(0)] = 1;

// Letters, digits and underscores.
const WORD = new Uint8Array(256);
for (let code = 0; code < 128; code += 1) {
  if (/[A-Za-z0-9_]/.test(String.fromCharCode(code))) WORD[code] = 1;
}

const SPACE = 0x20;
const TAB = 0x09;
const QUOTE = 0x22;
const HASH = 0x23;
const PERCENT = 0x25;
const OPEN = 0x28;
const CLOSE = 0x29;
const STAR = 0x2a;
const PLUS = 0x2b;
const COMMA = 0x2c;
const MINUS = 0x2d;
const SLASH = 0x2f;
const LESS = 0x3c;
const EQUALS = 0x3d;
const GREATER = 0x3e;
const QUESTION = 0x3f;
const OPEN_SQUARE = 0x5b;
const BACKSLASH = 0x5c;
const CLOSE_SQUARE = 0x5d;
const OPEN_BRACE = 0x7b;
const BAR = 0x7c;
const CLOSE_BRACE = 0x7d;

const isDigit = (code: number): boolean => code >= 0x30 && code <= 0x39;

/**
 * Finds the parts of a line in a larger text without copying any of them. Its fields describe the
 * line of the last `scan`; they are offsets in `text`.
 */
export class LineScanner {
  text = "";
  kind: LineKind = LineKind.Empty;
  /** The process, -1 where the line names none. */
  pid = -1;
  nameStart = 0;
  nameEnd = 0;
  argc = 0;
  readonly argStarts: Int32Array = new Int32Array(MAX_ARGS);
  readonly argEnds: Int32Array = new Int32Array(MAX_ARGS);
  /** Behind `= `; of a resumed line, behind `resumed>`. */
  restStart = 0;
  /** Behind the last argument character of an unfinished line. */
  argsEnd = 0;
  private readonly names: string[] = new Array<string>(NAME_SLOTS).fill("");
  problem = "";
  problemAt = 0;

  /** Reads the line between two offsets, which has no line feed. */
  scan(text: string, from: number, to: number): LineKind {
    this.text = text;
    this.pid = -1;
    this.argc = 0;
    let end = to;
    while (end > from && isBlank(text.charCodeAt(end - 1))) end -= 1;
    return (this.kind = end === from ? LineKind.Empty : this.prefix(from, end));
  }

  /** The name of the call; the same string object for the same name, so that maps find it quickly. */
  get name(): string {
    const { text, nameStart, nameEnd } = this;
    let hash = nameEnd - nameStart;
    for (let at = nameStart; at < nameEnd; at += 1) hash = (hash * 31 + text.charCodeAt(at)) | 0;
    const slot = (hash ^ (hash >>> 11)) & (NAME_SLOTS - 1);
    const known = this.names[slot] ?? "";
    if (known.length === nameEnd - nameStart && text.startsWith(known, nameStart)) return known;
    const name = text.slice(nameStart, nameEnd);
    // A copy: a slice would keep the text it is of alive.
    this.names[slot] = name.length < 13 ? name : ` ${name}`.slice(1);
    return name;
  }

  arg(index: number): string {
    return this.text.slice(this.argStarts[index] ?? 0, this.argEnds[index] ?? 0);
  }

  /** Whether the call returned an error: strace prints those as `-1 ENAME (text)`. */
  get failed(): boolean {
    const { text, restStart } = this;
    return text.charCodeAt(restStart) === MINUS && text.charCodeAt(restStart + 2) === SPACE;
  }

  /** The process id, times, instruction pointer and number that may stand before a call. */
  private prefix(from: number, end: number): LineKind {
    const { text } = this;
    let at = from;
    for (let first = true; at < end; first = false) {
      const code = text.charCodeAt(at);
      if (code === SPACE || code === TAB) {
        at += 1;
      } else if (isDigit(code)) {
        const start = at;
        let number = 0;
        while (at < end && isDigit(text.charCodeAt(at))) {
          number = number * 10 + text.charCodeAt(at) - 0x30;
          at += 1;
        }
        const next = text.charCodeAt(at);
        // A time or a date runs on; a process may have its command in angle brackets (-Y).
        const isPid = at === end || next === SPACE || next === TAB || next === LESS;
        while (at < end && !isBlank(text.charCodeAt(at)) && text.charCodeAt(at) !== LESS) at += 1;
        if (text.charCodeAt(at) === LESS && at < end) at = this.skipAnnotation(at, end);
        if (at < 0) return this.fail("this process name has no end", start);
        if (isPid && this.pid < 0 && number <= MAX_PID) this.pid = number;
        else if (!isPid && !/^[\d.:+\-TZ,]+$/.test(text.slice(start, at))) {
          return this.fail("expected the name of a call", start);
        }
        if (at >= end) return this.fail("expected the name of a call", start);
      } else if (code === OPEN_SQUARE) {
        const close = text.indexOf("]", at);
        if (close < 0 || close >= end) return this.fail('this "[" has no "]"', at);
        if (text.startsWith("[ Process PID=", at)) return LineKind.Note;
        if (text.startsWith("[pid", at)) {
          const digits = Number.parseInt(text.slice(at + 4, close), 10);
          if (Number.isNaN(digits)) return this.fail("expected a process id", at + 4);
          this.pid = digits;
        }
        at = close + 1;
      } else if (code === OPEN) {
        // "(+     0.000123)": the relative time beside an absolute one.
        const close = text.indexOf(")", at);
        if (text.charCodeAt(at + 1) !== PLUS || close < 0 || close >= end) {
          return this.fail("expected the name of a call", at);
        }
        at = close + 1;
      } else if (code === LESS) {
        return this.resumed(at, end);
      } else if (code === MINUS) {
        if (text.startsWith("--- ", at)) return LineKind.Signal;
        return this.fail("expected the name of a call", at);
      } else if (code === PLUS) {
        if (text.startsWith("+++ ", at)) return LineKind.Exit;
        return this.fail("expected the name of a call", at);
      } else if (code === QUESTION || (code < 256 && WORD[code] === 1)) {
        return this.call(at, end, first);
      } else if (code === GREATER || code === BAR || code === PERCENT || code === HASH) {
        // A stack frame (-k), a dump of data (-e read=…), the table of -c, a comment of a user.
        return LineKind.Note;
      } else {
        return this.fail("expected the name of a call", at);
      }
    }
    return this.fail("expected the name of a call", Math.max(from, end - 1));
  }

  private call(start: number, end: number, first: boolean): LineKind {
    const { text } = this;
    let at = start;
    while (at < end && (WORD[text.charCodeAt(at)] === 1 || text.charCodeAt(at) === QUESTION))
      at += 1;
    this.nameStart = start;
    this.nameEnd = at;
    if (at >= end || text.charCodeAt(at) !== OPEN) {
      if (text.startsWith("strace:", start) || text.startsWith("Process ", start))
        return LineKind.Note;
      return this.fail(
        'expected "(" behind the name of a call',
        first ? start : Math.min(at, end - 1),
      );
    }
    return this.args(at + 1, end);
  }

  private resumed(at: number, end: number): LineKind {
    const { text } = this;
    if (!text.startsWith("<... ", at)) return this.fail("expected the name of a call", at);
    const close = text.indexOf("resumed>", at);
    if (close < 0 || close >= end) return this.fail('expected "resumed>"', at);
    this.nameStart = at + 5;
    this.nameEnd = Math.max(at + 5, close - 1);
    this.restStart = close + 8;
    return LineKind.Resumed;
  }

  /** From behind the opening parenthesis: splits the arguments and finds the result. */
  private args(from: number, end: number): LineKind {
    const { text, argStarts, argEnds } = this;
    let depth = 1;
    let argc = 0;
    let at = from;
    while (at < end && text.charCodeAt(at) === SPACE) at += 1;
    let start = at;
    while (at < end) {
      const code = text.charCodeAt(at);
      if (code > 255 || STOPS[code] === 0) {
        at += 1;
        continue;
      }
      switch (code) {
        case QUOTE: {
          const close = this.skipString(at, end);
          if (close < 0) return this.fail("this string has no end", at);
          at = close;
          break;
        }
        case OPEN:
        case OPEN_SQUARE:
        case OPEN_BRACE:
          depth += 1;
          at += 1;
          break;
        case CLOSE_SQUARE:
        case CLOSE_BRACE:
          depth -= 1;
          if (depth < 1) return this.fail("this bracket closes nothing", at);
          at += 1;
          break;
        case CLOSE:
          depth -= 1;
          if (depth === 0) {
            argc = this.endArg(argc, start, at);
            this.argc = argc;
            return this.result(at + 1, end);
          }
          at += 1;
          break;
        case COMMA:
          if (depth === 1) {
            if (argc >= MAX_ARGS) return this.fail("too many arguments", at);
            argStarts[argc] = start;
            argEnds[argc] = at;
            argc += 1;
            at += 1;
            while (at < end && text.charCodeAt(at) === SPACE) at += 1;
            start = at;
          } else {
            at += 1;
          }
          break;
        case SLASH:
          if (text.charCodeAt(at + 1) === STAR) {
            const close = text.indexOf("*/", at + 2);
            if (close < 0 || close >= end) return this.fail("this comment has no end", at);
            at = close + 2;
          } else {
            at += 1;
          }
          break;
        case LESS: {
          if (text.charCodeAt(at + 1) === LESS) {
            at += 2;
            break;
          }
          const before = text.charCodeAt(at - 1);
          if (before < 256 && WORD[before] === 1) {
            const close = this.skipAnnotation(at, end);
            if (close < 0) return this.fail('this "<" has no ">"', at);
            at = close;
            break;
          }
          if (text.startsWith("<unfinished ...>", at) || text.startsWith("<detached ...>", at)) {
            this.argsEnd = at;
            this.argc = this.endArg(argc, start, at);
            const after = text.indexOf(">", at) + 1;
            if (text.startsWith("<detached", at) || text.startsWith(")", after))
              return LineKind.Cut;
            return LineKind.Unfinished;
          }
          // "<... resuming interrupted poll ...>" is restart_syscall's only argument.
          const close = text.indexOf(">", at);
          if (close < 0 || close >= end) return this.fail('this "<" has no ">"', at);
          at = close + 1;
          break;
        }
        default:
          at += 1;
      }
    }
    return this.fail('this call has no ")"', Math.max(from - 1, this.nameEnd));
  }

  private endArg(argc: number, start: number, end: number): number {
    let last = end;
    while (last > start && isBlank(this.text.charCodeAt(last - 1))) last -= 1;
    // No arguments at all, or a comma with the rest of the call still to come.
    if (last === start || argc >= MAX_ARGS) return argc;
    this.argStarts[argc] = start;
    this.argEnds[argc] = last;
    return argc + 1;
  }

  private result(from: number, end: number): LineKind {
    const { text } = this;
    let at = from;
    while (at < end && isBlank(text.charCodeAt(at))) at += 1;
    if (at >= end || text.charCodeAt(at) !== EQUALS) {
      return this.fail('expected "=" and a result', Math.min(at, end - 1));
    }
    at += 1;
    while (at < end && text.charCodeAt(at) === SPACE) at += 1;
    if (at >= end) return this.fail("this call has no result", end - 1);
    this.restStart = at;
    return LineKind.Call;
  }

  /** Behind the closing quote of the string that opens at `at`, or -1. */
  private skipString(at: number, end: number): number {
    const { text } = this;
    for (
      let close = text.indexOf('"', at + 1);
      close >= 0 && close < end;
      close = text.indexOf('"', close + 1)
    ) {
      let slashes = 0;
      while (text.charCodeAt(close - 1 - slashes) === BACKSLASH) slashes += 1;
      if ((slashes & 1) === 0) return close + 1;
    }
    return -1;
  }

  /** Behind the angle bracket that closes the one at `at` (-y, -yy), or -1. */
  private skipAnnotation(at: number, end: number): number {
    const { text } = this;
    let depth = 0;
    let square = 0;
    for (let i = at; i < end; i += 1) {
      const code = text.charCodeAt(i);
      if (code === BACKSLASH) i += 1;
      else if (code === LESS) depth += 1;
      else if (code === OPEN_SQUARE) square += 1;
      else if (code === CLOSE_SQUARE && square > 0) square -= 1;
      else if (code === GREATER) {
        // "TCP:[10.0.0.1:80->10.0.0.2:90]"
        if (square > 0 && text.charCodeAt(i - 1) === MINUS) continue;
        depth -= 1;
        if (depth === 0) return i + 1;
      }
    }
    return -1;
  }

  private fail(problem: string, at: number): LineKind {
    this.problem = problem;
    this.problemAt = at;
    return LineKind.Unreadable;
  }
}

function isBlank(code: number): boolean {
  return code === SPACE || code === TAB || code === 0x0d;
}
