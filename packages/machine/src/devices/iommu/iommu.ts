// SPDX-License-Identifier: MPL-2.0

import type { AccessWidth } from "@aster/hardware";
import { x86_64 } from "@aster/hardware";
import type { DmaTranslation, GuestMemory } from "../guest-memory.ts";
import { FaultRecords } from "./fault-records.ts";
import { CAPABILITY, EXTENDED_CAPABILITY, GLOBAL, REASON, REG } from "./registers.ts";
import { neededRight, walk, type Translation } from "./tables.ts";

const PAGE = 4096;
const TWO_32 = 0x1_0000_0000;
const QUEUE_ENTRY_BYTES = 16;

/** Types of invalidation descriptors (6.5.2). */
const INVALIDATE_CONTEXT = 1;
const INVALIDATE_PAGES = 2;
const INVALIDATE_INTERRUPTS = 4;
const WAIT = 5;
const WAIT_WRITES_STATUS = 1 << 5;
const BY_PAGE = 3;

const REMAPPABLE = 1 << 4;
const SUBHANDLE_VALID = 1 << 3;

/** The requester of a message: bus * 256 + device * 8 + function. */
export type Source = number;

/**
 * A DMA and interrupt remapping unit with the registers of Intel's VT-d (specification 3.3):
 * legacy mode, three-level second-stage tables, queued invalidation, 8 fault records. As real
 * ones do it caches translations, so software that forgets to invalidate is found out.
 */
export class Iommu {
  private readonly memory: GuestMemory;
  private readonly deliver: (vector: number) => void;
  private readonly faults: FaultRecords;
  private status = 0;
  private rootTable = 0;
  private interruptTable = 0;
  private queue = 0;
  private queueHead = 0;
  private queueTail = 0;
  /** Translated pages: source and page number as one key. */
  private readonly cache = new Map<number, Translation>();
  /** 64-bit registers are written in halves. */
  private readonly halves = new Map<number, number>();

  /** `deliver` gets the vectors of interrupts that may pass. */
  constructor(memory: GuestMemory, deliver: (vector: number) => void) {
    this.memory = memory;
    this.deliver = deliver;
    // A unit's own messages are not remapped (5.1.1).
    this.faults = new FaultRecords((_address, data) => deliver(data & 0xff));
  }

  // --- For devices

  /** RAM as the device `source` may use it. */
  translationFor(source: Source): DmaTranslation {
    return { translate: (address, isWrite) => this.translate(source, address, isWrite) };
  }

  /** A device's write to the address range of interrupt messages. */
  message(source: Source, address: number, data: number): void {
    if ((this.status & GLOBAL.INTERRUPT_REMAPPING) === 0) {
      this.deliver(data & 0xff);
      return;
    }
    if ((address & REMAPPABLE) === 0) {
      if ((this.status & GLOBAL.COMPATIBILITY_INTERRUPTS) !== 0) this.deliver(data & 0xff);
      else this.refuse(source, [0, 0], REASON.INTERRUPT_COMPATIBILITY);
      return;
    }
    const handle = ((address >>> 5) & 0x7fff) | ((address & 4) << 13);
    const index = (address & SUBHANDLE_VALID) === 0 ? handle : (handle + (data & 0xffff)) & 0xffff;
    this.deliverEntry(source, index);
  }

  private deliverEntry(source: Source, index: number): void {
    const info: readonly [number, number] = [0, index << 16];
    const entries = 2 ** ((this.interruptTable & 15) + 1);
    const at = this.interruptTable - (this.interruptTable % PAGE) + index * 16;
    if (index >= entries) {
      this.refuse(source, info, REASON.INTERRUPT_INDEX);
    } else if (!this.memory.contains(at, 16)) {
      this.refuse(source, info, REASON.INTERRUPT_TABLE_UNREACHABLE);
    } else {
      const low = this.memory.readU32(at);
      const check = this.memory.readU32(at + 8);
      const verifies = ((check >>> 18) & 3) === 1;
      if ((low & 1) === 0) this.refuse(source, info, REASON.INTERRUPT_NOT_PRESENT);
      else if (verifies && (check & 0xffff) !== source) {
        this.refuse(source, info, REASON.INTERRUPT_SOURCE);
      } else this.deliver((low >>> 16) & 0xff);
    }
  }

  private translate(source: Source, address: number, isWrite: boolean): number {
    if ((this.status & GLOBAL.TRANSLATION) === 0) return address;
    const offset = address % PAGE;
    const page = (address - offset) / PAGE;
    const key = source * 2 ** 36 + page;
    let found = this.cache.get(key);
    if (found === undefined) {
      const result = walk(this.memory, this.rootTable, source, address);
      if (typeof result === "number") return this.refuseDma(source, page, isWrite, result);
      found = result;
      // What is not present is not cached (capability CM is 0).
      if (found.rights !== 0) this.cache.set(key, found);
    }
    if ((found.rights & neededRight(isWrite)) !== 0) return found.frame + offset;
    const reason = isWrite ? REASON.WRITE_REFUSED : REASON.READ_REFUSED;
    return this.refuseDma(source, page, isWrite, reason);
  }

  private refuseDma(source: Source, page: number, isWrite: boolean, reason: number): number {
    const address = page * PAGE;
    const low = address % TWO_32;
    this.faults.record(source, [low, (address - low) / TWO_32], !isWrite, reason);
    return -1;
  }

  private refuse(source: Source, info: readonly [number, number], reason: number): void {
    this.faults.record(source, info, false, reason);
  }

  // --- Registers

  read(offset: number, width: AccessWidth): number {
    if (width !== 4) return 0;
    switch (offset) {
      case REG.VERSION:
        return 0x10;
      case REG.CAPABILITY:
        return CAPABILITY[0];
      case REG.CAPABILITY + 4:
        return CAPABILITY[1];
      case REG.EXTENDED_CAPABILITY:
        return EXTENDED_CAPABILITY[0];
      case REG.EXTENDED_CAPABILITY + 4:
        return EXTENDED_CAPABILITY[1];
      case REG.GLOBAL_STATUS:
        return this.status >>> 0;
      case REG.QUEUE_HEAD:
        return this.queueHead;
      case REG.QUEUE_TAIL:
        return this.queueTail;
      case REG.FAULT_STATUS:
      case REG.FAULT_CONTROL:
      case REG.FAULT_DATA:
      case REG.FAULT_ADDRESS:
        return this.faults.read(offset);
    }
    return offset >= REG.FAULT_RECORDS ? this.faults.read(offset) : (this.halves.get(offset) ?? 0);
  }

  write(offset: number, width: AccessWidth, value: number): void {
    if (width !== 4) return;
    const word = value >>> 0;
    switch (offset) {
      case REG.GLOBAL_COMMAND:
        this.command(word);
        break;
      case REG.ROOT_TABLE:
      case REG.ROOT_TABLE + 4:
      case REG.QUEUE_ADDRESS:
      case REG.QUEUE_ADDRESS + 4:
      case REG.INTERRUPT_TABLE:
      case REG.INTERRUPT_TABLE + 4:
        this.halves.set(offset, word);
        break;
      case REG.QUEUE_TAIL:
        this.queueTail = word % (PAGE * 2 ** (this.queue & 7));
        this.serveQueue();
        break;
      case REG.FAULT_STATUS:
      case REG.FAULT_CONTROL:
      case REG.FAULT_DATA:
      case REG.FAULT_ADDRESS:
        this.faults.write(offset, word);
        break;
      default:
        if (offset >= REG.FAULT_RECORDS) this.faults.write(offset, word);
    }
  }

  /** The 64-bit register at `offset`, as it was written. */
  private register(offset: number): number {
    return (this.halves.get(offset) ?? 0) + (this.halves.get(offset + 4) ?? 0) * TWO_32;
  }

  private command(word: number): void {
    const lasting =
      GLOBAL.TRANSLATION |
      GLOBAL.QUEUED_INVALIDATION |
      GLOBAL.INTERRUPT_REMAPPING |
      GLOBAL.COMPATIBILITY_INTERRUPTS;
    const turnsQueueOn = word & ~this.status & GLOBAL.QUEUED_INVALIDATION;
    this.status = (this.status & ~lasting) | (word & lasting);
    if (turnsQueueOn !== 0) {
      this.queue = this.register(REG.QUEUE_ADDRESS);
      this.queueHead = 0;
      this.queueTail = 0;
    }
    if ((word & GLOBAL.ROOT_TABLE) !== 0) {
      this.rootTable = pageOf(this.register(REG.ROOT_TABLE));
      this.status |= GLOBAL.ROOT_TABLE;
    }
    if ((word & GLOBAL.INTERRUPT_TABLE) !== 0) {
      this.interruptTable = this.register(REG.INTERRUPT_TABLE);
      this.status |= GLOBAL.INTERRUPT_TABLE;
    }
  }

  /** Serves the invalidation queue up to its tail; it stops at a descriptor that makes no sense. */
  private serveQueue(): void {
    if ((this.status & GLOBAL.QUEUED_INVALIDATION) === 0) return;
    const bytes = PAGE * 2 ** (this.queue & 7);
    while (this.queueHead !== this.queueTail) {
      if (!this.serveDescriptor(pageOf(this.queue) + this.queueHead)) {
        this.faults.invalidationError();
        return;
      }
      this.queueHead = (this.queueHead + QUEUE_ENTRY_BYTES) % bytes;
    }
  }

  private serveDescriptor(at: number): boolean {
    if (!this.memory.contains(at, QUEUE_ENTRY_BYTES)) return false;
    const low = this.memory.readU32(at);
    switch (low & 15) {
      case INVALIDATE_CONTEXT:
        this.cache.clear();
        return true;
      case INVALIDATE_PAGES:
        if (((low >>> 4) & 3) === BY_PAGE) this.forgetPages(this.memory.readU64(at + 8));
        else this.cache.clear();
        return true;
      case INVALIDATE_INTERRUPTS:
        // Entries of the interrupt table are not cached.
        return true;
      case WAIT:
        if ((low & WAIT_WRITES_STATUS) !== 0) {
          this.memory.writeU32(this.memory.readU64(at + 8), this.memory.readU32(at + 4));
        }
        return true;
      default:
        return false;
    }
  }

  /** Forgets 2^(address mask) pages, of all devices: domains are not told apart. */
  private forgetPages(operand: number): void {
    const mask = operand % 64;
    const first = Math.floor(operand / PAGE / 2 ** mask) * 2 ** mask;
    for (const key of this.cache.keys()) {
      const page = key % 2 ** 36;
      if (page >= first && page < first + 2 ** mask) this.cache.delete(key);
    }
  }
}

/** Whether a device's write to `address` is an interrupt message. */
export function isMessage(address: number): boolean {
  return address >= x86_64.MESSAGE_ADDRESS && address < x86_64.MESSAGE_ADDRESS_END;
}

function pageOf(register: number): number {
  return register - (register % PAGE);
}
