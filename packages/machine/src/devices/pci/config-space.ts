// SPDX-License-Identifier: MPL-2.0

import type { AccessWidth } from "@aster/hardware";

/** Offsets in the configuration space of a function (PCI 3.0, 6.1). */
export const CONFIG = {
  VENDOR: 0x00,
  DEVICE: 0x02,
  COMMAND: 0x04,
  STATUS: 0x06,
  REVISION: 0x08,
  CLASS: 0x0a,
  BAR: 0x10,
  SUBSYSTEM_VENDOR: 0x2c,
  SUBSYSTEM: 0x2e,
  CAPABILITIES: 0x34,
} as const;

export const COMMAND_MEMORY = 2;
export const COMMAND_BUS_MASTER = 4;
const STATUS_CAPABILITIES = 0x10;
const FIRST_CAPABILITY = 0x40;
const SIZE = 256;
const BAR_64_BITS = 4;

/** The configuration space of one function with one memory BAR of 64 bits (BAR 0 and 1). */
export class ConfigSpace {
  private readonly bytes = new Uint8Array(SIZE);
  private readonly view = new DataView(this.bytes.buffer);
  /** Which bits software may change. */
  private readonly writable = new Uint8Array(SIZE);
  private readonly barSize: number;
  private lastCapability: number = CONFIG.CAPABILITIES;
  private nextCapability = FIRST_CAPABILITY;

  constructor(vendor: number, device: number, barBase: number, barSize: number) {
    this.barSize = barSize;
    this.view.setUint16(CONFIG.VENDOR, vendor, true);
    this.view.setUint16(CONFIG.DEVICE, device, true);
    this.view.setUint16(CONFIG.STATUS, STATUS_CAPABILITIES, true);
    this.view.setUint32(CONFIG.BAR, barBase | BAR_64_BITS, true);
    this.writable[CONFIG.COMMAND] = COMMAND_MEMORY | COMMAND_BUS_MASTER;
    // A BAR's low bits do not take: so software finds its size.
    const mask = new DataView(this.writable.buffer);
    mask.setUint32(CONFIG.BAR, (0xffff_ffff - (barSize - 1)) >>> 0, true);
    mask.setUint32(CONFIG.BAR + 4, 0xffff_ffff, true);
  }

  /** Adds a capability: its identifier and what follows the pointer to the next one. */
  addCapability(id: number, content: Uint8Array, writable?: Uint8Array): number {
    const at = this.nextCapability;
    this.bytes[this.lastCapability] = at;
    this.bytes[at] = id;
    this.bytes.set(content, at + 2);
    if (writable !== undefined) this.writable.set(writable, at + 2);
    this.lastCapability = at + 1;
    this.nextCapability = (at + 2 + content.length + 3) & ~3;
    return at;
  }

  setU8(offset: number, value: number): void {
    this.bytes[offset] = value;
  }

  u16(offset: number): number {
    return this.view.getUint16(offset, true);
  }

  get command(): number {
    return this.u16(CONFIG.COMMAND);
  }

  /** The offset of `address` in the BAR; -1 outside, or while the BAR is off. */
  barOffset(address: number): number {
    if ((this.command & COMMAND_MEMORY) === 0) return -1;
    const low = this.view.getUint32(CONFIG.BAR, true);
    const base = low - (low % 16) + this.view.getUint32(CONFIG.BAR + 4, true) * 0x1_0000_0000;
    return address >= base && address < base + this.barSize ? address - base : -1;
  }

  read(offset: number, width: AccessWidth): number {
    let value = 0;
    for (let i = width - 1; i >= 0; i--) value = value * 256 + (this.bytes[offset + i] ?? 0);
    return value;
  }

  write(offset: number, width: AccessWidth, value: number): void {
    for (let i = 0; i < width; i++) {
      const mask = this.writable[offset + i] ?? 0;
      const byte = (value >>> (8 * i)) & 0xff;
      this.bytes[offset + i] = ((this.bytes[offset + i] ?? 0) & ~mask) | (byte & mask);
    }
  }
}
