// SPDX-License-Identifier: MPL-2.0

/** So much of the kernel's last words is kept, to be shown when it fails. */
const TAIL_BYTES = 16 * 1024;
/** A line without end is handed on in pieces of this size. */
const LINE_BYTES = 4096;
const LINE_FEED = 10;

/** What the kernel prints on the early console: handed on by lines, and its end is kept. */
export class KernelLog {
  private readonly onLines: ((bytes: Uint8Array) => void) | undefined;
  private readonly line = new Uint8Array(LINE_BYTES);
  private lineLength = 0;
  private readonly ring = new Uint8Array(TAIL_BYTES);
  private written = 0;

  constructor(onLines: ((bytes: Uint8Array) => void) | undefined) {
    this.onLines = onLines;
  }

  add(byte: number): void {
    this.ring[this.written % TAIL_BYTES] = byte;
    this.written++;
    if (this.onLines === undefined) return;
    this.line[this.lineLength++] = byte;
    if (byte === LINE_FEED || this.lineLength === LINE_BYTES) this.flush();
  }

  /** Hands on a line that has no end yet. */
  flush(): void {
    if (this.lineLength > 0) this.onLines?.(this.line.slice(0, this.lineLength));
    this.lineLength = 0;
  }

  /** The last 16 KiB. */
  tail(): string {
    const start = this.written % TAIL_BYTES;
    const ordered =
      this.written < TAIL_BYTES
        ? [this.ring.subarray(0, this.written)]
        : [this.ring.subarray(start), this.ring.subarray(0, start)];
    return new TextDecoder().decode(Buffer.concat(ordered));
  }
}
