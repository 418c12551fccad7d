// SPDX-License-Identifier: MPL-2.0

/**
 * RAM as devices see it: physical addresses, little-endian, and a bound on every access.
 *
 * Addresses that a driver gave are checked with `contains` before use. The accessors
 * below repeat the check by returning 0 and writing nothing outside RAM, so that no
 * device model can reach further, whatever it was told.
 */
export class GuestMemory {
  readonly size: number;
  private readonly bytes: Uint8Array;
  private readonly onWrite: (address: number, length: number) => void;
  private readonly view: DataView;

  /** `onWrite` hears of buffers that a device fills: code may have stood there. */
  constructor(ram: Uint8Array, onWrite: (address: number, length: number) => void = () => {}) {
    this.bytes = ram;
    this.onWrite = onWrite;
    this.size = ram.length;
    this.view = new DataView(ram.buffer, ram.byteOffset, ram.length);
  }

  contains(address: number, length: number): boolean {
    return address >= 0 && length >= 0 && address + length <= this.size;
  }

  readU16(address: number): number {
    return this.contains(address, 2) ? this.view.getUint16(address, true) : 0;
  }

  readU32(address: number): number {
    return this.contains(address, 4) ? this.view.getUint32(address, true) : 0;
  }

  /** A 64-bit value as a number; above 2^53 it is inexact, and then it is no address in RAM either. */
  readU64(address: number): number {
    return this.readU32(address) + this.readU32(address + 4) * 0x1_0000_0000;
  }

  writeU16(address: number, value: number): void {
    if (this.contains(address, 2)) this.view.setUint16(address, value, true);
  }

  writeU32(address: number, value: number): void {
    if (this.contains(address, 4)) this.view.setUint32(address, value, true);
  }

  /** Tells that a device wrote through a view. */
  written(address: number, length: number): void {
    this.onWrite(address, length);
  }

  /** A live view of `length` bytes, or an empty one when they are not all in RAM. */
  slice(address: number, length: number): Uint8Array {
    return this.contains(address, length)
      ? this.bytes.subarray(address, address + length)
      : this.bytes.subarray(0, 0);
  }
}
