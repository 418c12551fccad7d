// SPDX-License-Identifier: MPL-2.0

/** Bytes that are handed on at once, at the latest. */
const OUTPUT_BYTES = 4096;
const LINE_FEED = 10;

/**
 * A kernel's early console, byte by byte, handed on by lines, and what has no end of line by the
 * host's next turn. A kernel that never gives its thread back has been heard all the same.
 */
export class EarlyOutput {
  private readonly onBytes: (bytes: Uint8Array) => void;
  private readonly bytes = new Uint8Array(OUTPUT_BYTES);
  private length = 0;
  private isScheduled = false;

  constructor(onBytes: (bytes: Uint8Array) => void) {
    this.onBytes = onBytes;
  }

  add(byte: number): void {
    this.bytes[this.length] = byte;
    this.length += 1;
    if (byte === LINE_FEED || this.length === OUTPUT_BYTES) {
      this.flush();
    } else if (!this.isScheduled) {
      this.isScheduled = true;
      setImmediate(() => {
        this.isScheduled = false;
        this.flush();
      });
    }
  }

  flush(): void {
    if (this.length === 0) return;
    const bytes = this.bytes.slice(0, this.length);
    this.length = 0;
    this.onBytes(bytes);
  }
}
