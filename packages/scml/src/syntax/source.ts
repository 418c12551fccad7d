// SPDX-License-Identifier: MPL-2.0

/** A place in a text: both counted from 1, the column in UTF-16 code units. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

/** A text with its name, which turns offsets into lines and columns. */
export class SourceText {
  readonly path: string;
  readonly text: string;
  private lineStarts: number[] | undefined;

  constructor(path: string, text: string) {
    this.path = path;
    this.text = text;
  }

  /** The place of `offset`; offsets beyond the end are those of the end. */
  positionAt(offset: number): Position {
    const starts = this.starts();
    let low = 0;
    let high = starts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((starts[middle] ?? 0) <= offset) low = middle;
      else high = middle - 1;
    }
    return { line: low + 1, column: Math.min(offset, this.text.length) - (starts[low] ?? 0) + 1 };
  }

  /** The offset of a place; a column behind the end of its line is the end of that line. */
  offsetAt(position: Position): number {
    const starts = this.starts();
    const start = starts[position.line - 1];
    if (start === undefined) return position.line < 1 ? 0 : this.text.length;
    const next = starts[position.line] ?? this.text.length + 1;
    return Math.max(start, Math.min(start + position.column - 1, next - 1));
  }

  /** The text of a line without its line feed; empty where there is none. */
  lineText(line: number): string {
    const starts = this.starts();
    const start = starts[line - 1];
    if (start === undefined) return "";
    const end = starts[line] ?? this.text.length + 1;
    return this.text.slice(start, end - 1).replace(/\r$/, "");
  }

  get lineCount(): number {
    return this.starts().length;
  }

  private starts(): number[] {
    if (this.lineStarts === undefined) {
      const starts = [0];
      for (let at = this.text.indexOf("\n"); at >= 0; at = this.text.indexOf("\n", at + 1)) {
        starts.push(at + 1);
      }
      this.lineStarts = starts;
    }
    return this.lineStarts;
  }
}
