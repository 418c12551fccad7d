// SPDX-License-Identifier: MPL-2.0

import { IoMem } from "@aster/ostd";
import type { ConfigAccess } from "./config-access.ts";

/** Offsets of words in the configuration space (PCI 3.0, 6.1). */
const ID = 0x00;
const COMMAND = 0x04;
const CLASS = 0x08;
const HEADER = 0x0c;
const BAR = 0x10;
const BRIDGE_BUSES = 0x18;
const SUBSYSTEM = 0x2c;
const CAPABILITIES = 0x34;

const COMMAND_MEMORY = 2;
const COMMAND_BUS_MASTER = 4;
const COMMAND_NO_INTX = 0x400;
const STATUS_CAPABILITIES = 0x10_0000;
const BAR_IO = 1;
const BAR_64_BITS = 4;
const BARS = 6;
const CLASS_PCI_BRIDGE = 0x0604;
/** A list of capabilities has no more; one that has loops. */
const CAPABILITIES_MAX = 48;
const TWO_32 = 0x1_0000_0000;

/** A capability of a function: its identifier and where it stands. */
export interface Capability {
  readonly id: number;
  readonly offset: number;
}

/** One function of a PCI device. */
export class PciFunction {
  /** bus * 256 + device * 8 + function: what its requests carry. */
  readonly requester: number;
  readonly vendor: number;
  readonly device: number;
  private readonly config: ConfigAccess;
  private readonly bars: Map<number, IoMem> = new Map();

  private constructor(config: ConfigAccess, requester: number, id: number) {
    this.config = config;
    this.requester = requester;
    this.vendor = id % 0x1_0000;
    this.device = (id - this.vendor) / 0x1_0000;
  }

  /** The function, or undefined where there is none. */
  static find(config: ConfigAccess, requester: number): PciFunction | undefined {
    const id = config.read(requester, ID);
    const vendor = id % 0x1_0000;
    if (vendor === 0xffff || vendor === 0) return undefined;
    return new PciFunction(config, requester, id);
  }

  /** As lspci writes it: bus:device.function. */
  get name(): string {
    const hex = (value: number): string => value.toString(16).padStart(2, "0");
    const { requester } = this;
    return `${hex(requester >> 8)}:${hex((requester >> 3) & 31)}.${requester & 7}`;
  }

  /** Base class and subclass. */
  get classCode(): number {
    return this.read(CLASS) >>> 16;
  }

  get subsystem(): number {
    return this.read(SUBSYSTEM) >>> 16;
  }

  /** Whether the device may have functions beside function 0. */
  get isMultifunction(): boolean {
    return ((this.read(HEADER) >>> 16) & 0x80) !== 0;
  }

  /** The bus behind this function, where it is a bridge that the firmware has set up. */
  get secondaryBus(): number | undefined {
    if (this.classCode !== CLASS_PCI_BRIDGE) return undefined;
    const bus = (this.read(BRIDGE_BUSES) >>> 8) & 0xff;
    return bus === 0 ? undefined : bus;
  }

  read(offset: number): number {
    return this.config.read(this.requester, offset);
  }

  write(offset: number, value: number): void {
    this.config.write(this.requester, offset, value);
  }

  readU16(offset: number): number {
    return (this.read(offset & ~3) >>> ((offset & 2) * 8)) & 0xffff;
  }

  /** Writes two bytes and leaves their neighbours. */
  writeU16(offset: number, value: number): void {
    const shift = (offset & 2) * 8;
    const word = this.read(offset & ~3);
    const kept = shift === 0 ? word - (word % 0x1_0000) : word % 0x1_0000;
    this.write(offset & ~3, kept + value * 2 ** shift);
  }

  readU8(offset: number): number {
    return (this.read(offset & ~3) >>> ((offset & 3) * 8)) & 0xff;
  }

  /** All capabilities, in the order of the list. */
  capabilities(): readonly Capability[] {
    const found: Capability[] = [];
    if ((this.read(COMMAND) & STATUS_CAPABILITIES) === 0) return found;
    let offset = this.readU8(CAPABILITIES) & ~3;
    while (offset >= 0x40 && found.length < CAPABILITIES_MAX) {
      found.push({ id: this.readU8(offset), offset });
      offset = this.readU8(offset + 1) & ~3;
    }
    return found;
  }

  /** Lets the device answer memory accesses, make DMA and send messages. */
  enable(): void {
    const command = this.read(COMMAND) & 0xffff;
    // Status bits are cleared by ones: the upper half is written as zero.
    this.write(COMMAND, command | COMMAND_MEMORY | COMMAND_BUS_MASTER | COMMAND_NO_INTX);
  }

  /** Keeps the device from memory and from interrupting. */
  disable(): void {
    this.write(COMMAND, this.read(COMMAND) & 0xffff & ~COMMAND_BUS_MASTER);
    for (const memory of this.bars.values()) memory.drop();
    this.bars.clear();
  }

  /** The registers behind a base address register; what is wrong where they can not be had. */
  memoryBar(index: number): IoMem | string {
    const known = this.bars.get(index);
    if (known !== undefined) return known;
    if (!(index >= 0 && index < BARS)) return `there is no BAR ${index}`;
    const at = BAR + 4 * index;
    const low = this.read(at);
    if ((low & BAR_IO) !== 0) return `BAR ${index} is of I/O ports, expected memory`;
    const isWide = (low & BAR_64_BITS) !== 0;
    const high = isWide ? this.read(at + 4) : 0;
    const base = low - (low % 16) + high * TWO_32;
    const size = this.sizeOfBar(at, isWide);
    if (base === 0 || size === 0) return `BAR ${index} has no address`;
    const memory = IoMem.acquire(base, size);
    if (typeof memory === "string") {
      return `the registers at 0x${base.toString(16)} can not be had: ${memory}`;
    }
    this.bars.set(index, memory);
    return memory;
  }

  /** What a BAR keeps of all ones tells its size (PCI 3.0, 6.2.5.1); 0 where there is none. */
  private sizeOfBar(at: number, isWide: boolean): number {
    const command = this.read(COMMAND) & 0xffff;
    const low = this.read(at);
    const high = isWide ? this.read(at + 4) : 0;
    // Meanwhile the device must not answer at the address that it is given.
    this.write(COMMAND, command & ~COMMAND_MEMORY);
    this.write(at, 0xffff_ffff);
    if (isWide) this.write(at + 4, 0xffff_ffff);
    const mask = this.read(at) - (this.read(at) % 16);
    const upper = isWide ? this.read(at + 4) : 0xffff_ffff;
    this.write(at, low);
    if (isWide) this.write(at + 4, high);
    this.write(COMMAND, command);
    if (mask === 0 && upper !== 0xffff_ffff) return 0;
    return mask === 0 ? TWO_32 : TWO_32 - mask;
  }
}
