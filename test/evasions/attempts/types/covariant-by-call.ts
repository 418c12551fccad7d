// SPDX-License-Identifier: MPL-2.0

// A list that a function looks up, under a looser type.

export class Table {
  private readonly rows: number[] = [1];
  all(): number[] {
    return this.rows;
  }
  spoil(): unknown {
    const loose: (number | string)[] = this.all();
    return loose.push("text");
  }
}

export default (): unknown => new Table().spoil();
