// SPDX-License-Identifier: MPL-2.0

/** Size of the buffer of the line discipline, and with it of the longest canonical line (termios(3)). */
export const INPUT_BUFFER_SIZE = 4096;
const MASK = INPUT_BUFFER_SIZE - 1;

/**
 * What was typed and not read yet: a ring with a mark on each byte that ends a line. Positions
 * only grow (they are masked on access), so that differences are counts.
 */
export class InputBuffer {
  private readonly bytes: Uint8Array = new Uint8Array(INPUT_BUFFER_SIZE);
  private readonly lineEnds: Uint8Array = new Uint8Array(INPUT_BUFFER_SIZE);
  /** Where the next byte goes. */
  head = 0;
  /** The next byte to read. */
  tail = 0;
  /** One past the last complete line. */
  lineHead = 0;
  /** One past the last byte that a non-canonical read may see. */
  commitHead = 0;

  get count(): number {
    return this.head - this.tail;
  }

  at(position: number): number {
    return this.bytes[position & MASK] ?? 0;
  }

  /** Adds a byte; with the buffer full it replaces the newest one, which the caller has made room for. */
  put(byte: number): void {
    this.bytes[this.head & MASK] = byte;
    this.lineEnds[this.head & MASK] = 0;
    this.head++;
  }

  /** Adds the byte that ends a line, and completes the line. */
  putLineEnd(byte: number): void {
    this.put(byte);
    this.lineEnds[(this.head - 1) & MASK] = 1;
    this.lineHead = this.head;
  }

  endsLine(position: number): boolean {
    return this.lineEnds[position & MASK] === 1;
  }

  /** Marks the newest byte as the end of a line without being its terminator. */
  markNewest(): void {
    this.lineEnds[(this.head - 1) & MASK] = 1;
  }

  clearMarks(): void {
    this.lineEnds.fill(0);
  }

  clear(): void {
    this.head = 0;
    this.tail = 0;
    this.lineHead = 0;
    this.commitHead = 0;
    this.clearMarks();
  }

  /** The position of the line end at or after the tail and before `limit`; -1 when there is none. */
  findLineEnd(limit: number): number {
    for (let position = this.tail; position < limit; position++) {
      if (this.lineEnds[position & MASK] === 1) return position;
    }
    return -1;
  }

  /** The longest run of bytes from `position` that is contiguous in `storage`, at most `count`. */
  contiguous(position: number, count: number): number {
    return Math.min(count, INPUT_BUFFER_SIZE - (position & MASK));
  }

  /** The ring itself, for copies out; `storageOffset` gives the place of a position. */
  get storage(): Uint8Array {
    return this.bytes;
  }
  storageOffset(position: number): number {
    return position & MASK;
  }
}
