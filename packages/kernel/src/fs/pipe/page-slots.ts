// SPDX-License-Identifier: MPL-2.0

const PAGE_SIZE = 4096;

/**
 * How Linux counts the room of a pipe: in pages, not in bytes. A write goes to fresh pages, but
 * for its odd bytes, which join the last page when they fit there; a page is free again when all
 * its bytes have been read. The bytes themselves are elsewhere.
 */
export class PageSlots {
  /** Bytes left in each page, oldest first; those before `first` are gone. */
  private lengths: number[] = [];
  private first = 0;
  /** Whether each page holds a packet (pipe2(2), O_DIRECT), beside `lengths`. */
  private packets: boolean[] = [];
  /** Packets in the pipe. */
  private packetCount = 0;
  /** Where the bytes of the last page end in it. */
  private lastEnd = 0;
  /** Pages that the pipe may have. */
  limit: number;

  constructor(limit: number) {
    this.limit = limit;
  }

  get used(): number {
    return this.lengths.length - this.first;
  }
  get hasPackets(): boolean {
    return this.packetCount > 0;
  }
  get isFull(): boolean {
    return this.used >= this.limit;
  }

  /** How many bytes of a write of `count` find room now. `isStart`: none of it was written before. */
  roomFor(count: number, isStart: boolean): number {
    const joined = this.joins(count, isStart) ? count % PAGE_SIZE : 0;
    return Math.min(count, joined + (this.limit - this.used) * PAGE_SIZE);
  }

  private joins(count: number, isStart: boolean): boolean {
    const odd = count % PAGE_SIZE;
    const last = this.lengths.length - 1;
    if (this.used === 0 || this.packets[last] === true) return false;
    return isStart && odd > 0 && this.lastEnd + odd <= PAGE_SIZE;
  }

  /**
   * How many of `count` bytes a read gets: at most up to the end of the first packet. `extra` are
   * the bytes of that packet which it leaves, and which are lost.
   */
  readable(count: number): { readonly taken: number; readonly extra: number } {
    let taken = 0;
    for (let index = this.first; index < this.lengths.length && taken < count; index++) {
      const length = this.lengths[index] ?? 0;
      const part = Math.min(length, count - taken);
      taken += part;
      if (this.packets[index] === true) return { taken, extra: length - part };
    }
    return { taken, extra: 0 };
  }

  /** `moved` bytes, of a write of `count`, have come; as packets of a page each with `isPacket`. */
  add(count: number, isStart: boolean, moved: number, isPacket: boolean): void {
    let left = moved;
    if (this.joins(count, isStart)) {
      const odd = Math.min(left, count % PAGE_SIZE);
      const last = this.lengths.length - 1;
      this.lengths[last] = (this.lengths[last] ?? 0) + odd;
      this.lastEnd += odd;
      left -= odd;
    }
    while (left > 0) {
      const part = Math.min(left, PAGE_SIZE);
      this.lengths.push(part);
      this.packets.push(isPacket);
      if (isPacket) this.packetCount++;
      this.lastEnd = part;
      left -= part;
    }
  }

  /** `count` bytes were read. */
  remove(count: number): void {
    let left = count;
    while (left > 0) {
      const length = this.lengths[this.first] ?? left;
      if (length > left) {
        this.lengths[this.first] = length - left;
        return;
      }
      left -= length;
      if (this.packets[this.first] === true) this.packetCount--;
      this.first++;
    }
    if (this.first === this.lengths.length) {
      this.lengths.length = 0;
      this.packets.length = 0;
      this.first = 0;
    } else if (this.first > 64) {
      this.lengths = this.lengths.slice(this.first);
      this.packets = this.packets.slice(this.first);
      this.first = 0;
    }
  }
}
