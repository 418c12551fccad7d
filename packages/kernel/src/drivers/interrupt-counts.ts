// SPDX-License-Identifier: MPL-2.0

/** The line of the one-shot timer (OSTD). */
export const TIMER_LINE = 0;

/** How often each interrupt line has interrupted since boot, for /proc/interrupts and /proc/stat. */
export class InterruptCounts {
  private readonly counts: number[] = [];
  private readonly names: string[] = [];
  total = 0;

  add(line: number): void {
    this.total++;
    this.counts[line] = this.of(line) + 1;
  }

  /** Tells who drives the device of the line. */
  setName(line: number, name: string): void {
    this.names[line] = name;
  }

  of(line: number): number {
    return this.counts[line] ?? 0;
  }

  /** Lines of devices that have interrupted, in order. */
  devices(): readonly { readonly line: number; readonly count: number; readonly name: string }[] {
    return this.counts.flatMap((count, line) =>
      line === TIMER_LINE || count === undefined
        ? []
        : [{ line, count, name: this.names[line] ?? "" }],
    );
  }
}
