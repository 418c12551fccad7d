// SPDX-License-Identifier: MPL-2.0

import { lengthOfBytes, plainView } from "./mm/bytes.unsafe.ts";
import type { BootInfo } from "@aster/hardware";
import { system } from "./current.unsafe.ts";
import type { EarlyCommandLineParser } from "./early-command-line.ts";
import type { FrameAllocator } from "./mm/frame-allocator.ts";
import type { HeapAllocator } from "./mm/heap.ts";

/** Policies that OSTD needs before the kernel's entry runs; each has a default. */
export interface EarlyPolicies {
  /** Makes the frame allocator of a system; a buddy allocator by default. */
  readonly frameAllocator?: () => FrameAllocator;
  /** Makes the allocator of heap bytes of a system; slabs by size by default. */
  readonly heapAllocator?: () => HeapAllocator;
  /** Reads log level and early console from the command line. */
  readonly earlyCommandLineParser?: EarlyCommandLineParser;
  /** Called first on a panic; OSTD prints and powers off after it. */
  readonly panicHandler?: (failure: Error) => void;
}

/** A kernel, ready to be booted: the default export of its bundle. */
export class Kernel {
  readonly entry: () => void | Promise<void>;
  readonly policies: EarlyPolicies;

  constructor(entry: () => void | Promise<void>, policies: EarlyPolicies) {
    this.entry = entry;
    this.policies = policies;
  }
}

/**
 * Marks the entry of a kernel: `export default main(() => { … })`. It runs as the first task once
 * OSTD has set up the machine. The system powers off with `Success` when its last task has ended.
 */
export function main(entry: () => void | Promise<void>, policies: EarlyPolicies = {}): Kernel {
  return new Kernel(entry, policies);
}

/** What the boot loader told. */
export function bootInfo(): BootInfo {
  return system().bootInfo;
}

/**
 * A copy of the initramfs as the boot loader left it, or undefined when there is none.
 * `releaseInitramfs` frees its frames afterwards.
 */
export function readInitramfs(): Uint8Array | undefined {
  return system().readInitramfs();
}

/** Gives the frames of the initramfs to the frame allocator; false when it was done or there is none. */
export function releaseInitramfs(): boolean {
  return system().releaseInitramfs();
}

/** Fills `bytes` with random bytes of the machine. */
export function fillRandom(bytes: Uint8Array): void {
  system().hardware.fillRandom(plainView(bytes, 0, lengthOfBytes(bytes)));
}
