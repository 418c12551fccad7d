// SPDX-License-Identifier: MPL-2.0

import type { DmaUnit, Hardware } from "@aster/hardware";
import { PAGE_SIZE } from "../../../mm/page.ts";
import type { Ram } from "../../../mm/ram.unsafe.ts";
import { panic } from "../../../panic.ts";
import { Fault, Global, Invalidate, LASTING_STATUS, Register } from "./registers.ts";

const TWO_32 = 0x1_0000_0000;
const DESCRIPTOR_BYTES = 16;
/** Far more polls than a sound unit needs. */
const POLLS_MAX = 1_000_000;

/** A request that a unit refused, as its fault record says (10.4.14). */
export interface FaultRecord {
  /** Bus * 256 + device * 8 + function. */
  readonly requester: number;
  readonly reason: number;
  readonly isRead: boolean;
  /** Of a DMA request the page; of an interrupt the index times 2^48. */
  readonly info: number;
}

/**
 * One remapping unit: its registers and its invalidation queue.
 *
 * SAFETY: the queue is a typed frame of its own. Commands and invalidations end before a method
 * returns; a unit that does not answer is a panic, because a device might still use what it lost.
 */
export class Unit {
  readonly description: DmaUnit;
  readonly #hardware: Hardware;
  readonly #ram: Ram;
  readonly #queue: number;
  readonly #capabilityLow: number;
  readonly #capabilityHigh: number;
  readonly #extended: number;
  #tail = 0;

  /** `queue` is the physical address of a zeroed typed frame for the invalidation queue. */
  constructor(hardware: Hardware, ram: Ram, description: DmaUnit, queue: number) {
    this.#hardware = hardware;
    this.#ram = ram;
    this.#queue = queue;
    this.description = description;
    this.#capabilityLow = this.#read(Register.CAPABILITY);
    this.#capabilityHigh = this.#read(Register.CAPABILITY + 4);
    this.#extended = this.#read(Register.EXTENDED_CAPABILITY);
  }

  /** Why it cannot be used. */
  get trouble(): string | undefined {
    if ((this.#extended & 2) === 0) {
      return "it has no invalidation queue";
    }
    return this.tableLevels === 0 ? "it has tables neither of 3 nor of 4 levels" : undefined;
  }

  /** Levels of the tables that it walks: 3 where it can, else 4; 0 for neither (SAGAW). */
  get tableLevels(): number {
    const widths = (this.#capabilityLow >>> 8) & 0x1f;
    return (widths & 2) !== 0 ? 3 : (widths & 4) !== 0 ? 4 : 0;
  }

  /** Whether it remembers that a page was not there (CM). */
  get cachesAbsent(): boolean {
    return (this.#capabilityLow & 0x80) !== 0;
  }

  get canRemapInterrupts(): boolean {
    return (this.#extended & 8) !== 0;
  }

  #read(offset: number): number {
    return this.#hardware.mmioRead(this.description.registers + offset, 4);
  }

  #write(offset: number, value: number): void {
    this.#hardware.mmioWrite(this.description.registers + offset, 4, value);
  }

  #writeAddress(offset: number, address: number): void {
    const low = address % TWO_32;
    this.#write(offset, low);
    this.#write(offset + 4, (address - low) / TWO_32);
  }

  /** Gives one global command and waits until the status shows it. */
  #command(bit: number): void {
    const kept = (this.#read(Register.GLOBAL_STATUS) & LASTING_STATUS) >>> 0;
    this.#write(Register.GLOBAL_COMMAND, (kept | bit) >>> 0);
    for (let polls = 0; polls < POLLS_MAX; polls++) {
      if ((this.#read(Register.GLOBAL_STATUS) & bit) !== 0) {
        return;
      }
    }
    panic(`the IOMMU does not obey command 0x${(bit >>> 0).toString(16)}`);
  }

  /** Turns translation on, by the root table at `root`. */
  enableTranslation(root: number): void {
    this.#writeAddress(Register.QUEUE_ADDRESS, this.#queue);
    this.#write(Register.QUEUE_TAIL, 0);
    this.#command(Global.QUEUED_INVALIDATION);
    this.#writeAddress(Register.ROOT_TABLE, root);
    this.#command(Global.ROOT_TABLE);
    this.#submit(Invalidate.CONTEXT, 0, 0);
    this.#submit(Invalidate.ALL, 0, 0);
    this.finish();
    this.#command(Global.TRANSLATION);
  }

  /** Turns interrupt remapping on; messages of the old format are refused from now on. */
  enableInterruptRemapping(table: number): void {
    // 256 entries: 2^(7 + 1).
    this.#writeAddress(Register.INTERRUPT_TABLE, table + 7);
    this.#command(Global.INTERRUPT_TABLE);
    this.#submit(Invalidate.INTERRUPTS, 0, 0);
    this.finish();
    this.#command(Global.INTERRUPT_REMAPPING);
  }

  /** Has its faults announced by an interrupt message. */
  announceFaults(address: number, data: number): void {
    this.#write(Register.FAULT_DATA, data);
    this.#write(Register.FAULT_ADDRESS, address);
    this.#write(Register.FAULT_UPPER_ADDRESS, 0);
    this.#write(Register.FAULT_CONTROL, 0);
  }

  /** Queues the invalidation of one page; `finish` waits for it. */
  invalidatePage(address: number, domain: number): void {
    this.#submit(Invalidate.PAGE | (domain << 16), 0, address);
  }

  /** Queues the invalidation of all translations. */
  invalidateAll(): void {
    this.#submit(Invalidate.ALL, 0, 0);
  }

  /** Queues the invalidation of all interrupt entries. */
  invalidateInterrupts(): void {
    this.#submit(Invalidate.INTERRUPTS, 0, 0);
  }

  #submit(low: number, high: number, operand: number): void {
    const at = this.#queue + this.#tail;
    const operandLow = operand % TWO_32;
    this.#ram.writeEntry(at, low);
    this.#ram.writeEntry(at + 4, high);
    this.#ram.writeEntry(at + 8, operandLow);
    this.#ram.writeEntry(at + 12, (operand - operandLow) / TWO_32);
    this.#tail = (this.#tail + DESCRIPTOR_BYTES) % PAGE_SIZE;
    // A full queue looks like an empty one: it is drained before that.
    if ((this.#tail + DESCRIPTOR_BYTES) % (PAGE_SIZE / 2) === 0) {
      this.finish();
    }
  }

  /** Waits until all that was queued is done. */
  finish(): void {
    if ((this.#capabilityLow & 0x10) !== 0) {
      this.#flushWriteBuffer();
    }
    this.#write(Register.QUEUE_TAIL, this.#tail);
    for (let polls = 0; polls < POLLS_MAX; polls++) {
      if (this.#read(Register.QUEUE_HEAD) === this.#tail) {
        return;
      }
      if ((this.#read(Register.FAULT_STATUS) & Fault.INVALIDATION) !== 0) {
        break;
      }
    }
    panic("the IOMMU does not finish its invalidations");
  }

  /** For units that buffer writes to tables (RWBF): done when the status bit is clear again. */
  #flushWriteBuffer(): void {
    const bit = Global.WRITE_BUFFER_FLUSH;
    const kept = (this.#read(Register.GLOBAL_STATUS) & LASTING_STATUS) >>> 0;
    this.#write(Register.GLOBAL_COMMAND, (kept | bit) >>> 0);
    for (let polls = 0; polls < POLLS_MAX; polls++) {
      if ((this.#read(Register.GLOBAL_STATUS) & bit) === 0) {
        return;
      }
    }
    panic("the IOMMU does not flush its write buffer");
  }

  /** Takes the fault records out; how many were lost besides is not known. */
  takeFaults(): FaultRecord[] {
    const taken: FaultRecord[] = [];
    const status = this.#read(Register.FAULT_STATUS);
    if ((status & (Fault.PENDING | Fault.OVERFLOW)) === 0) {
      return taken;
    }
    const records = ((this.#capabilityHigh & 3) * 256 + (this.#capabilityLow >>> 24)) * 16;
    const count = ((this.#capabilityHigh >>> 8) & 0xff) + 1;
    const first = (status >>> 8) & 0xff;
    for (let i = 0; i < count; i++) {
      const at = records + 16 * ((first + i) % count);
      const type = this.#read(at + 12);
      if ((type & 0x8000_0000) === 0) {
        continue;
      }
      const info = this.#read(at) + this.#read(at + 4) * TWO_32;
      taken.push({
        requester: this.#read(at + 8) & 0xffff,
        reason: type & 0xff,
        isRead: (type & 0x4000_0000) !== 0,
        info,
      });
      this.#write(at + 12, 0x8000_0000);
    }
    this.#write(Register.FAULT_STATUS, Fault.OVERFLOW);
    return taken;
  }
}
