// SPDX-License-Identifier: MPL-2.0

import { dmaUnits } from "@aster/hardware";
import type { AcpiTable, DmaUnit, Hardware } from "@aster/hardware";
import type { DmaDirection, DmaSpace } from "../../../mm/dma-space.ts";
import { FrameKind } from "../../../mm/frames.unsafe.ts";
import type { Frames } from "../../../mm/frames.unsafe.ts";
import { PAGE_SIZE } from "../../../mm/page.ts";
import type { Ram } from "../../../mm/ram.unsafe.ts";
import { panic } from "../../../panic.ts";
import { DeviceRight, DeviceTable } from "./device-table.unsafe.ts";
import { FaultLog } from "./faults.ts";
import { InterruptTable } from "./interrupt-table.unsafe.ts";
import { Unit } from "./unit.unsafe.ts";

const TWO_32 = 0x1_0000_0000;
const BUSES = 256;
const FUNCTIONS_PER_BUS = 256;
const ENTRY_BYTES = 16;
const PRESENT = 1;
/** All devices are in one domain: what a driver maps, it maps for all. */
const DOMAIN = 1;
/** More pages than this are forgotten by one invalidation of everything. */
const PAGES_ONE_BY_ONE = 16;
/** How many mappings may write to a frame is counted in the upper part of a number. */
const WRITERS = 0x10_0000;

/** What a machine has, as the IOMMU's driver needs it. */
export interface IommuMachine {
  readonly hardware: Hardware;
  readonly ram: Ram;
  readonly frames: Frames;
}

/**
 * DMA and interrupts behind VT-d.
 *
 * SAFETY: the invariant *devices-reach-mapped-only*. A device's page table has an entry for a
 * frame exactly while a `DmaCoherent` or `DmaStream` maps it; such a frame is untyped and
 * referenced by the mapping; and a frame leaves the table, and every cache of it, before that
 * reference is given up. Only this class and `InterruptTable` write to the units' tables.
 */
export class Iommu implements DmaSpace {
  readonly isGuarded = true;
  readonly faults: FaultLog = new FaultLog();
  readonly #frames: Frames;
  readonly #units: readonly Unit[];
  readonly #table: DeviceTable;
  /** Per mapped frame: mappings that let devices read, plus WRITERS for each that lets them write. */
  readonly #mappings: Map<number, number> = new Map();
  readonly #interrupts: InterruptTable | undefined;

  private constructor(
    machine: IommuMachine,
    units: readonly Unit[],
    table: DeviceTable,
    interrupts: InterruptTable | undefined,
  ) {
    this.#frames = machine.frames;
    this.#units = units;
    this.#table = table;
    this.#interrupts = interrupts;
  }

  /** Turns the machine's units on; undefined when it has none, a text when they cannot be used. */
  static enable(
    machine: IommuMachine,
    tables: readonly AcpiTable[],
    remapsInterrupts: boolean,
  ): Iommu | string | undefined {
    const descriptions = dmaUnits(tables);
    if (descriptions.length === 0) {
      return undefined;
    }
    const { hardware, ram } = machine;
    const newTable = (): number => allocateTable(machine.frames);
    const units = descriptions.map((unit) => new Unit(hardware, ram, unit, newTable()));
    const trouble = units.find((unit) => unit.trouble !== undefined)?.trouble;
    const levels = units[0]?.tableLevels ?? 0;
    if (trouble !== undefined || units.some((unit) => unit.tableLevels !== levels)) {
      return trouble ?? "it has units with tables of different depth";
    }
    const devices = new DeviceTable(machine.frames, ram, newTable(), levels);
    const root = writeRootTable(ram, newTable(), newTable(), devices.root, levels);
    const withInterrupts = remapsInterrupts && units.every((unit) => unit.canRemapInterrupts);
    const interruptFrame = withInterrupts ? newTable() : 0;
    const interrupts = withInterrupts ? new InterruptTable(ram, interruptFrame) : undefined;
    for (const unit of units) {
      unit.enableTranslation(root);
    }
    if (interrupts !== undefined) {
      remapWires(hardware, interrupts, descriptions);
      for (const unit of units) {
        unit.enableInterruptRemapping(interruptFrame);
      }
    }
    return new Iommu(machine, units, devices, interrupts);
  }

  get remapsInterrupts(): boolean {
    return this.#interrupts !== undefined;
  }

  map(first: number, count: number, direction: DmaDirection): boolean {
    const change = changeOf(direction);
    const { cachesAbsent } = this.#units[0] ?? { cachesAbsent: false };
    // Tables first: nothing is mapped when there is no memory for them.
    for (let pfn = first; pfn < first + count; pfn++) {
      if (!this.#frames.isUntyped(pfn)) {
        panic(`frame ${pfn} is not untyped: no device may have it`);
      }
      if (this.#table.entryOf(pfn) < 0) {
        return false;
      }
    }
    const changed: number[] = [];
    for (let pfn = first; pfn < first + count; pfn++) {
      const before = this.#mappings.get(pfn) ?? 0;
      this.#mappings.set(pfn, before + change);
      if (this.#update(pfn, before, before + change) && (before !== 0 || cachesAbsent)) {
        changed.push(pfn);
      }
    }
    this.#invalidate(changed);
    return true;
  }

  unmap(first: number, count: number, direction: DmaDirection): void {
    const change = changeOf(direction);
    const changed: number[] = [];
    for (let pfn = first; pfn < first + count; pfn++) {
      const before = this.#mappings.get(pfn) ?? 0;
      const after = before - change;
      if (after < 0) {
        panic(`frame ${pfn} is not mapped for devices`);
      }
      if (after === 0) {
        this.#mappings.delete(pfn);
      } else {
        this.#mappings.set(pfn, after);
      }
      if (this.#update(pfn, before, after)) {
        changed.push(pfn);
      }
    }
    this.#invalidate(changed);
  }

  /** Sets the entry of `pfn` to what its mappings allow; whether that changed. */
  #update(pfn: number, before: number, after: number): boolean {
    const rights = rightsOf(after);
    if (rights === rightsOf(before)) {
      return false;
    }
    this.#table.set(this.#table.entryOf(pfn), pfn, rights);
    return true;
  }

  #invalidate(pfns: readonly number[]): void {
    if (pfns.length === 0) {
      return;
    }
    for (const unit of this.#units) {
      if (pfns.length > PAGES_ONE_BY_ONE) {
        unit.invalidateAll();
      } else {
        for (const pfn of pfns) {
          unit.invalidatePage(pfn * PAGE_SIZE, DOMAIN);
        }
      }
      unit.finish();
    }
  }

  /** Lets `requester` raise `line` by messages that name the line's entry. */
  admitInterrupt(line: number, requester: number): void {
    this.#interrupts?.set(line, requester, false);
    this.#forgetInterrupts();
  }

  /** Refuses messages that name the line's entry. */
  refuseInterrupt(line: number): void {
    this.#interrupts?.clear(line);
    this.#forgetInterrupts();
  }

  #forgetInterrupts(): void {
    for (const unit of this.#interrupts === undefined ? [] : this.#units) {
      unit.invalidateInterrupts();
      unit.finish();
    }
  }

  /** Has faults announced by a message to the CPU. */
  announceFaults(address: number, data: number): void {
    for (const unit of this.#units) {
      unit.announceFaults(address, data);
    }
  }

  /** Takes over what the units have recorded. */
  collectFaults(): void {
    for (const unit of this.#units) {
      for (const record of unit.takeFaults()) {
        this.faults.add(record);
      }
    }
  }
}

function changeOf(direction: DmaDirection): number {
  switch (direction) {
    case "toDevice":
      return 1;
    case "fromDevice":
      return WRITERS;
    case "bidirectional":
      return 1 + WRITERS;
  }
}

function rightsOf(mappings: number): number {
  const readers = mappings % WRITERS;
  return (readers > 0 ? DeviceRight.READ : 0) | (mappings > readers ? DeviceRight.WRITE : 0);
}

function allocateTable(frames: Frames): number {
  const pfn = frames.alloc(1, FrameKind.DEVICE_TABLE, true);
  if (pfn < 0) {
    panic("no memory for the IOMMU's tables");
  }
  return pfn * PAGE_SIZE;
}

/** Has every function of every bus use the page table at `devices`; the root table (VT-d 9.1, 9.3). */
function writeRootTable(
  ram: Ram,
  root: number,
  context: number,
  devices: number,
  levels: number,
): number {
  const write = (at: number, address: number, upper: number): void => {
    const low = address % TWO_32;
    ram.writeEntry(at, (low | PRESENT) >>> 0);
    ram.writeEntry(at + 4, (address - low) / TWO_32);
    ram.writeEntry(at + 8, upper);
  };
  const width = levels - 2;
  for (let index = 0; index < FUNCTIONS_PER_BUS; index++) {
    write(context + index * ENTRY_BYTES, devices, width | (DOMAIN << 8));
  }
  for (let bus = 0; bus < BUSES; bus++) {
    write(root + bus * ENTRY_BYTES, context, 0);
  }
  return root;
}

/** Gives each wire that goes through an I/O APIC its entry. */
function remapWires(hardware: Hardware, table: InterruptTable, units: readonly DmaUnit[]): void {
  const sources = units.flatMap((unit) => unit.ioApicSources);
  const source = sources.length === 1 ? sources[0] : undefined;
  for (let line = 1; line < hardware.interruptLines; line++) {
    const trigger = hardware.remapInterrupt(line, line);
    if (trigger !== undefined) {
      table.set(line, source, trigger === "level");
    }
  }
}
