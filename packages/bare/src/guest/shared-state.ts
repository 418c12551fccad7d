// SPDX-License-Identifier: MPL-2.0

import type { Native } from "./native.ts";

/** The memory that interrupt handlers write: `struct shared_state` in native/bare.h. */
export class SharedState {
  /** Word 0 counts the interrupts that came, modulo 2^32. */
  readonly words: Uint32Array;
  private readonly bytes: Uint8Array;

  constructor(native: Native) {
    const buffer = native.sharedState();
    this.words = new Uint32Array(buffer);
    this.bytes = new Uint8Array(buffer, RAISED);
  }

  /** How many interrupts came, modulo 2^32. */
  events(): number {
    return this.words[0] ?? 0;
  }

  /** Whether one of the lines `4 * group` to `4 * group + 3` was raised and not taken yet. */
  isGroupRaised(group: number): boolean {
    return this.words[RAISED / 4 + group] !== 0;
  }

  /** Whether `line` was raised since the last call. */
  takeRaised(line: number): boolean {
    if (this.bytes[line] === 0) {
      return false;
    }
    this.bytes[line] = 0;
    return true;
  }

  /** Tells the handlers where the I/O APIC is, to mask its inputs. */
  setIoApic(address: number): void {
    this.words[IO_APIC_WORD] = address;
  }

  /** A register that `cpuid` left: 0 eax, 1 ebx, 2 ecx, 3 edx. */
  cpuidRegister(index: number): number {
    return this.words[1 + index] ?? 0;
  }
}

const IO_APIC_WORD = 5;
const RAISED = 24;
