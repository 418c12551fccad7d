// SPDX-License-Identifier: MPL-2.0

import { IrqLine } from "@aster/ostd";
import type { IoMem } from "@aster/ostd";
import type { PciFunction } from "./function.ts";

const CAPABILITY_MSIX = 0x11;
const ENABLE = 0x8000;
const MASK_ALL = 0x4000;
const ENTRY_BYTES = 16;
const ENTRY_MASKED = 1;
const TWO_32 = 0x1_0000_0000;

/** The interrupt messages of a function (PCI 3.0, 6.8.2). */
export class Msix {
  /** How many messages there are. */
  readonly size: number;
  private readonly owner: PciFunction;
  private readonly capability: number;
  private readonly table: IoMem;
  private readonly tableOffset: number;
  private readonly lines: IrqLine[] = [];

  private constructor(
    owner: PciFunction,
    capability: number,
    size: number,
    table: IoMem,
    tableOffset: number,
  ) {
    this.owner = owner;
    this.capability = capability;
    this.size = size;
    this.table = table;
    this.tableOffset = tableOffset;
  }

  /** The messages of `owner`, all masked and turned on; what is wrong where there are none. */
  static open(owner: PciFunction): Msix | string {
    const capability = owner.capabilities().find(({ id }) => id === CAPABILITY_MSIX)?.offset;
    if (capability === undefined) return "the device has no MSI-X";
    const control = owner.readU16(capability + 2);
    const size = (control & 0x7ff) + 1;
    const pointer = owner.read(capability + 4);
    const table = owner.memoryBar(pointer & 7);
    if (typeof table === "string") return table;
    const tableOffset = pointer - (pointer % 8);
    if (tableOffset + size * ENTRY_BYTES > table.size) return "the MSI-X table exceeds its BAR";
    const msix = new Msix(owner, capability, size, table, tableOffset);
    msix.control(ENABLE | MASK_ALL);
    for (let vector = 0; vector < size; vector++) msix.setMasked(vector, true);
    msix.control(ENABLE);
    return msix;
  }

  /** Has message `vector` raise a line of its own; undefined where no line is left. */
  allocate(vector: number): IrqLine | undefined {
    const line = vector < this.size ? IrqLine.allocMessage(this.owner.requester) : undefined;
    const message = line?.message;
    if (line === undefined || message === undefined) return undefined;
    const at = this.tableOffset + vector * ENTRY_BYTES;
    const low = message.address % TWO_32;
    this.table.writeU32(at, low);
    this.table.writeU32(at + 4, (message.address - low) / TWO_32);
    this.table.writeU32(at + 8, message.data);
    this.setMasked(vector, false);
    this.lines.push(line);
    return line;
  }

  /** Turns the messages off and gives their lines back. */
  drop(): void {
    this.control(0);
    for (const line of this.lines) line.drop();
    this.lines.length = 0;
  }

  private setMasked(vector: number, isMasked: boolean): void {
    const at = this.tableOffset + vector * ENTRY_BYTES + 12;
    this.table.writeU32(at, isMasked ? ENTRY_MASKED : 0);
  }

  private control(bits: number): void {
    const kept = this.owner.readU16(this.capability + 2) & 0x3fff;
    this.owner.writeU16(this.capability + 2, kept + bits);
  }
}
