// SPDX-License-Identifier: MPL-2.0

import { FAULT_RECORD_COUNT, REG } from "./registers.ts";

const OVERFLOW = 1;
const PENDING = 2;
const INVALIDATION_ERROR = 1 << 4;
const INTERRUPT_MASKED = 0x8000_0000;
const INTERRUPT_PENDING = 1 << 30;
const RECORD_VALID = 0x8000_0000;
const RECORD_READ = 1 << 30;

/** What the unit refused, for software to read, and the interrupt that says so (VT-d 7.2). */
export class FaultRecords {
  private readonly records = new Uint32Array(4 * FAULT_RECORD_COUNT);
  private readonly sendMessage: (address: number, data: number) => void;
  private next = 0;
  private status = 0;
  private first = 0;
  private control = INTERRUPT_MASKED;
  private data = 0;
  private address = 0;

  constructor(sendMessage: (address: number, data: number) => void) {
    this.sendMessage = sendMessage;
  }

  /** Records a refused request; `info` is the page's address, or the index of an interrupt. */
  record(source: number, info: readonly [number, number], isRead: boolean, reason: number): void {
    const at = 4 * this.next;
    if (((this.records[at + 3] ?? 0) & RECORD_VALID) !== 0) {
      this.status |= OVERFLOW;
      return;
    }
    this.records[at] = info[0];
    this.records[at + 1] = info[1];
    this.records[at + 2] = source;
    this.records[at + 3] = RECORD_VALID | (isRead ? RECORD_READ : 0) | reason;
    if ((this.status & PENDING) === 0) this.first = this.next;
    this.next = (this.next + 1) % FAULT_RECORD_COUNT;
    this.status |= PENDING;
    this.interrupt();
  }

  /** Tells that a descriptor of the invalidation queue makes no sense. */
  invalidationError(): void {
    this.status |= INVALIDATION_ERROR;
    this.interrupt();
  }

  read(offset: number): number {
    switch (offset) {
      case REG.FAULT_STATUS:
        return this.status | (this.first << 8);
      case REG.FAULT_CONTROL:
        return this.control >>> 0;
      case REG.FAULT_DATA:
        return this.data;
      case REG.FAULT_ADDRESS:
        return this.address;
    }
    return this.records[(offset - REG.FAULT_RECORDS) >> 2] ?? 0;
  }

  write(offset: number, value: number): void {
    switch (offset) {
      case REG.FAULT_STATUS:
        this.status &= ~(value & (OVERFLOW | INVALIDATION_ERROR));
        break;
      case REG.FAULT_CONTROL: {
        const wasPending = (this.control & INTERRUPT_PENDING) !== 0;
        this.control = (this.control & INTERRUPT_PENDING) | (value & INTERRUPT_MASKED);
        if (wasPending && (value & INTERRUPT_MASKED) === 0) this.interrupt();
        break;
      }
      case REG.FAULT_DATA:
        this.data = value;
        break;
      case REG.FAULT_ADDRESS:
        this.address = value;
        break;
      default:
        this.writeRecord((offset - REG.FAULT_RECORDS) >> 2, value);
    }
  }

  /** Writing 1 to the valid bit of a record frees it. */
  private writeRecord(word: number, value: number): void {
    if (word < 0 || (word & 3) !== 3 || (value & RECORD_VALID) === 0) return;
    this.records[word] = (this.records[word] ?? 0) & ~RECORD_VALID;
    for (let i = 3; i < this.records.length; i += 4) {
      if (((this.records[i] ?? 0) & RECORD_VALID) !== 0) {
        this.first = i >> 2;
        return;
      }
    }
    this.status &= ~PENDING;
  }

  private interrupt(): void {
    if ((this.control & INTERRUPT_MASKED) !== 0) {
      this.control |= INTERRUPT_PENDING;
      return;
    }
    this.control &= ~INTERRUPT_PENDING;
    this.sendMessage(this.address, this.data);
  }
}
