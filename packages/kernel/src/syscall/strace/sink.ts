// SPDX-License-Identifier: MPL-2.0

/** Where the trace of system calls goes, one line at a time, each without its newline. */
export interface StraceSink {
  writeLine(line: string): void;
}
