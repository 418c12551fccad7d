// SPDX-License-Identifier: MPL-2.0

const RULE = /^-{4,}(?: -{4,})*$/;
const HEADING =
  /^(?:% time|seconds|shortest|longest|usecs\/call|calls|errors|syscall)(?: +(?:% time|seconds|shortest|longest|usecs\/call|calls|errors|syscall))*$/;
const PERSONALITY = /^System call usage summary for .* mode:$/;
const NUMBER = /^\d+(?:\.\d+)?$/;

const OUTSIDE = 0;
const ROWS = 1;
const SUMS = 2;

/**
 * Knows the lines of the table that `strace -c` writes in place of calls and `strace -C` behind them: a heading, a rule
 * of dashes, a row for each call, a rule, and the sums (strace(1), "Statistics"). `-U` chooses its columns.
 */
export class SummaryTable {
  private part: 0 | 1 | 2 = OUTSIDE;

  /** Whether the line, which is no call, belongs to a table. */
  takes(line: string): boolean {
    const text = line.trim();
    if (RULE.test(text)) {
      this.part = this.part === ROWS ? SUMS : ROWS;
      return true;
    }
    if (this.part !== OUTSIDE && isRow(text)) {
      if (this.part === SUMS) this.part = OUTSIDE;
      return true;
    }
    this.part = OUTSIDE;
    return HEADING.test(text) || PERSONALITY.test(text);
  }
}

/** Numbers, and the name of a call in one of the columns or in none. */
function isRow(text: string): boolean {
  return text.split(/\s+/).filter((word) => !NUMBER.test(word)).length <= 1;
}
