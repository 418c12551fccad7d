// SPDX-License-Identifier: MPL-2.0

/** A bounded queue of bytes. */
export class ByteRing {
  readonly capacity: number;
  private readonly bytes: Uint8Array;
  private start = 0;
  private count = 0;

  constructor(capacity: number) {
    this.capacity = capacity;
    this.bytes = new Uint8Array(capacity);
  }

  get length(): number {
    return this.count;
  }
  get room(): number {
    return this.capacity - this.count;
  }
  get isEmpty(): boolean {
    return this.count === 0;
  }

  /** Adds bytes of `source[start…end)` while there is room; how many. */
  push(source: Uint8Array, start: number, end: number): number {
    const total = Math.min(end - start, this.room);
    const at = (this.start + this.count) % this.capacity;
    const first = Math.min(total, this.capacity - at);
    this.bytes.set(source.subarray(start, start + first), at);
    if (first < total) this.bytes.set(source.subarray(start + first, start + total), 0);
    this.count += total;
    return total;
  }

  /** The bytes themselves; the oldest stand at `frontOffset`, `frontLength` of them in a row. */
  get storage(): Uint8Array {
    return this.bytes;
  }
  get frontOffset(): number {
    return this.start;
  }
  get frontLength(): number {
    return Math.min(this.count, this.capacity - this.start);
  }

  /** Forgets the oldest `count` bytes. */
  consume(count: number): void {
    this.start = (this.start + count) % this.capacity;
    this.count -= count;
  }

  /** Forgets the newest bytes, so that at most `count` are left. */
  keepFirst(count: number): void {
    if (this.count > count) this.count = count;
  }

  clear(): void {
    this.start = 0;
    this.count = 0;
  }
}
