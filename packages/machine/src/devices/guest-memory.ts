// SPDX-License-Identifier: MPL-2.0

/** Stands between a device and RAM. */
export interface DmaTranslation {
  /** The physical address for the device's `address`, good to the end of its page; -1 if refused. */
  translate(address: number, isWrite: boolean): number;
}

const PAGE = 4096;
/** No device address is as large. */
const ADDRESS_LIMIT = 2 ** 48;

/**
 * RAM as devices see it: little-endian, and a bound on every access.
 *
 * Addresses that a driver gave are checked with `contains` before use. The accessors
 * below repeat the check by returning 0 and writing nothing outside RAM, so that no
 * device model can reach further, whatever it was told. Behind an IOMMU what an address leads
 * to is known page by page and only as it is used; an access that was refused leaves `refused`.
 */
export class GuestMemory {
  readonly size: number;
  /** The first access that the IOMMU refused since this was last set to undefined. */
  refused: string | undefined;
  private readonly bytes: Uint8Array;
  private readonly onWrite: (address: number, length: number) => void;
  private readonly view: DataView;
  private readonly translation: DmaTranslation | undefined;

  /** `onWrite` hears of buffers that a device fills: code may have stood there. */
  constructor(
    ram: Uint8Array,
    onWrite: (address: number, length: number) => void = () => {},
    translation?: DmaTranslation,
  ) {
    this.bytes = ram;
    this.onWrite = onWrite;
    this.size = ram.length;
    this.view = new DataView(ram.buffer, ram.byteOffset, ram.length);
    this.translation = translation;
  }

  /** Whether the range may be used; behind an IOMMU, whether it is one at all. */
  contains(address: number, length: number): boolean {
    const limit = this.translation === undefined ? this.size : ADDRESS_LIMIT;
    return address >= 0 && length >= 0 && address + length <= limit;
  }

  readU16(address: number): number {
    const at = this.physical(address, 2, false);
    return at < 0 ? 0 : this.view.getUint16(at, true);
  }

  readU32(address: number): number {
    const at = this.physical(address, 4, false);
    return at < 0 ? 0 : this.view.getUint32(at, true);
  }

  /** A 64-bit value as a number; above 2^53 it is inexact, and then it is no address in RAM either. */
  readU64(address: number): number {
    return this.readU32(address) + this.readU32(address + 4) * 0x1_0000_0000;
  }

  writeU16(address: number, value: number): void {
    const at = this.physical(address, 2, true);
    if (at >= 0) this.view.setUint16(at, value, true);
  }

  writeU32(address: number, value: number): void {
    const at = this.physical(address, 4, true);
    if (at >= 0) this.view.setUint32(at, value, true);
  }

  /**
   * Visits the bytes of a range as live views of RAM, in runs that are as long as they can be.
   * How many were visited: fewer than `length` when an access was refused.
   */
  visit(
    address: number,
    length: number,
    isWrite: boolean,
    visitor: (run: Uint8Array, done: number) => void,
  ): number {
    let done = 0;
    while (done < length) {
      const at = address + done;
      const run =
        this.translation === undefined
          ? length - done
          : Math.min(length - done, PAGE - (at % PAGE));
      const physical = this.physical(at, run, isWrite);
      if (physical < 0) break;
      visitor(this.bytes.subarray(physical, physical + run), done);
      if (isWrite) this.onWrite(physical, run);
      done += run;
    }
    return done;
  }

  /** Where in RAM `length` bytes of one page are, or -1. */
  private physical(address: number, length: number, isWrite: boolean): number {
    if (this.translation === undefined) return this.contains(address, length) ? address : -1;
    const straddles = (address % PAGE) + length > PAGE;
    const at =
      this.contains(address, length) && !straddles
        ? this.translation.translate(address, isWrite)
        : -1;
    if (at >= 0 && at + length <= this.size) return at;
    this.refused ??= `${isWrite ? "write to" : "read of"} 0x${address.toString(16)} was refused`;
    return -1;
  }
}
