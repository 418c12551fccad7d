// SPDX-License-Identifier: MPL-2.0

/** So much of a test's output is kept: the last of it, where failures stand. */
const CAPACITY_BYTES = 64 * 1024;
const HEADER_BYTES = 4;

/**
 * What the system of the running test has printed, in memory that the thread of the test shares
 * with the one that waits: of a test that never ends it is all that there is.
 */
export class TestOutput {
  /** For the other thread's `TestOutput`. */
  readonly shared: SharedArrayBuffer;
  private readonly total: Uint32Array;
  private readonly bytes: Uint8Array;

  constructor(shared: SharedArrayBuffer = new SharedArrayBuffer(HEADER_BYTES + CAPACITY_BYTES)) {
    this.shared = shared;
    this.total = new Uint32Array(shared, 0, 1);
    this.bytes = new Uint8Array(shared, HEADER_BYTES, CAPACITY_BYTES);
  }

  add(byte: number): void {
    const total = this.total[0] ?? 0;
    this.bytes[total % CAPACITY_BYTES] = byte;
    this.total[0] = total + 1;
  }

  clear(): void {
    this.total[0] = 0;
  }

  toString(): string {
    const total = this.total[0] ?? 0;
    if (total <= CAPACITY_BYTES) return Buffer.from(this.bytes.slice(0, total)).toString("utf8");
    const start = total % CAPACITY_BYTES;
    const last = Buffer.concat([this.bytes.slice(start), this.bytes.slice(0, start)]);
    return `[${total - CAPACITY_BYTES} bytes left out]\n${last.toString("utf8")}`;
  }
}
