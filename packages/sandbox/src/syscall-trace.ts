// SPDX-License-Identifier: MPL-2.0

/** One line of the kernel's trace, as strace(1) would print it. */
export interface SyscallEvent {
  /** The thread in the guest. */
  readonly pid: number | undefined;
  /** The call's name; undefined for what is no call: a signal, an end. */
  readonly name: string | undefined;
  /** As strace prints them, without the parentheses; partly where `isUnfinished`. */
  readonly arguments: string | undefined;
  /** What stands behind the "="; undefined while the call goes on. */
  readonly result: string | undefined;
  /** Another thread's line comes before the end of this call, in a line that says "resumed". */
  readonly isUnfinished: boolean;
  /** The whole line, one character per byte. */
  readonly line: string;
}

const LINE = /^(?:\[pid +(\d+)\] )?(.*)$/s;
const CALL = /^(\w+)\((.*)\) += (.*)$/s;
const RESUMED = /^<\.\.\. (\w+) resumed>(.*)\) += (.*)$/s;
const UNFINISHED = /^(\w+)\((.*) <unfinished \.\.\.>$/s;

/** Makes events of the trace's bytes, as they come. */
export class SyscallTrace {
  private readonly listener: (event: SyscallEvent) => void;
  private rest = "";

  constructor(listener: (event: SyscallEvent) => void) {
    this.listener = listener;
  }

  add(bytes: Uint8Array): void {
    const lines = (this.rest + Buffer.from(bytes).toString("latin1")).split("\n");
    this.rest = lines.pop() ?? "";
    for (const line of lines) this.listener(parseSyscallLine(line));
  }
}

/** Takes a line of the trace apart. */
export function parseSyscallLine(line: string): SyscallEvent {
  const [, pid, text = ""] = LINE.exec(line) ?? [];
  const unfinished = UNFINISHED.exec(text);
  const [, name, args, result] = unfinished ?? CALL.exec(text) ?? RESUMED.exec(text) ?? [];
  return {
    pid: pid === undefined ? undefined : Number(pid),
    name,
    arguments: args,
    result,
    isUnfinished: unfinished !== null,
    line,
  };
}
