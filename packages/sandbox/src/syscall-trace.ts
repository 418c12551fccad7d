// SPDX-License-Identifier: MPL-2.0

/** What the kernel's trace tells, in the order in which it happened. */
export type SyscallEvent = SyscallCall | SyscallSignal | SyscallExit;

/** A system call that has ended, or never will. */
export interface SyscallCall {
  readonly kind: "call";
  /** The thread in the guest. */
  readonly pid: number;
  /** As of syscalls(2). */
  readonly name: string;
  /** Each as strace(1) prints it; text and data are cut after 32 bytes, and say so by "...". */
  readonly args: readonly string[];
  /** A number, -1 for an error, NaN where it is none; undefined for a call that did not return. */
  readonly result: number | undefined;
  /** Such as "ENOENT"; undefined where there was no error. */
  readonly errno: string | undefined;
  /** The call with its result, as strace prints it. */
  readonly text: string;
}

/** A signal reached a thread. */
export interface SyscallSignal {
  readonly kind: "signal";
  readonly pid: number;
  /** Such as "SIGCHLD". */
  readonly signal: string;
  readonly text: string;
}

/** A thread has ended. */
export interface SyscallExit {
  readonly kind: "exit";
  readonly pid: number;
  readonly text: string;
}

const LINE = /^\[pid +(\d+)\] (.*)$/s;
const CALL = /^(\w+)\((.*)\) += (.*)$/s;
const UNFINISHED = /^(\w+\(.*?) ?<unfinished \.\.\.>$/s;
const RESUMED = /^<\.\.\. \w+ resumed>(.*)$/s;
const SIGNAL = /^--- (\w+)/;
const RESULT = /^(0x[\da-f]+|-?\d+)(?: ([A-Z]\w+) \()?/;

/** Makes events of the trace's bytes, as they come: one for a call, though its line be torn. */
export class SyscallTrace {
  private readonly listener: (event: SyscallEvent) => void;
  private rest = "";
  /** The start of the call that each thread is in. */
  private readonly unfinished: Map<number, string> = new Map();

  constructor(listener: (event: SyscallEvent) => void) {
    this.listener = listener;
  }

  add(bytes: Uint8Array): void {
    const lines = (this.rest + Buffer.from(bytes).toString("latin1")).split("\n");
    this.rest = lines.pop() ?? "";
    for (const line of lines) this.addLine(line);
  }

  private addLine(line: string): void {
    const [, number, text] = LINE.exec(line) ?? [];
    // The trace can not begin before the kernel's own thread and one more are there.
    if (number === undefined || text === undefined) return;
    const pid = Number(number);
    const start = UNFINISHED.exec(text)?.[1];
    if (start !== undefined) {
      this.unfinished.set(pid, start);
      return;
    }
    const rest = RESUMED.exec(text)?.[1];
    const known = this.unfinished.get(pid);
    if (rest !== undefined) {
      this.unfinished.delete(pid);
      this.tell(pid, (known ?? "") + rest);
    } else if (text.startsWith("+++")) {
      if (known !== undefined) this.tell(pid, `${known}) = ?`);
      this.unfinished.delete(pid);
      this.listener({ kind: "exit", pid, text });
    } else {
      this.tell(pid, text);
    }
  }

  private tell(pid: number, text: string): void {
    const [, signal] = SIGNAL.exec(text) ?? [];
    if (signal !== undefined) {
      this.listener({ kind: "signal", pid, signal, text });
      return;
    }
    const [, name, args, outcome] = CALL.exec(text) ?? [];
    if (name === undefined || args === undefined || outcome === undefined) return;
    const [, value, errno] = RESULT.exec(outcome) ?? [];
    const result = value === undefined ? (outcome === "?" ? undefined : NaN) : Number(value);
    this.listener({
      kind: "call",
      pid,
      name,
      args: splitArguments(args),
      result,
      errno,
      text: text.replace(/ {2,}= (?=[^=]*$)/, " = "),
    });
  }
}

/** Parts that commas divide, but not those within quotes or brackets. */
export function splitArguments(text: string): string[] {
  const parts: string[] = [];
  let depth = 0;
  let isQuoted = false;
  let start = 0;
  for (let at = 0; at < text.length; at++) {
    const character = text[at];
    if (isQuoted) {
      if (character === "\\") at++;
      else if (character === '"') isQuoted = false;
    } else if (character === '"') isQuoted = true;
    else if (character === "{" || character === "[" || character === "(") depth++;
    else if (character === "}" || character === "]" || character === ")") depth--;
    else if (character === "," && depth === 0) {
      parts.push(text.slice(start, at).trim());
      start = at + 1;
    }
  }
  const last = text.slice(start).trim();
  if (parts.length > 0 || last !== "") parts.push(last);
  return parts;
}
