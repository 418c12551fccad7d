// SPDX-License-Identifier: MPL-2.0

import { memoryStatistics } from "@aster/ostd";
import { RLIMIT_AS, RLIMIT_DATA, RLIMIT_MEMLOCK, RLIMIT_STACK } from "../process/limits.ts";
import type { Thread } from "../process/thread.ts";
import { Capability } from "../security/capabilities.ts";
import { PROT_WRITE } from "../abi/mman.ts";
import type { AddressSpace } from "./address-space.ts";
import { MMAP_MIN_ADDRESS } from "./layout.ts";
import { PAGE_SIZE } from "./mapping.ts";

/** What bounds an address space; resource limits are soft limits in bytes, Infinity for none. */
export interface VmLimits {
  /** RLIMIT_AS. */
  readonly addressSpaceBytes: number;
  /** RLIMIT_DATA. */
  readonly dataBytes: number;
  /** RLIMIT_STACK. */
  readonly stackBytes: number;
  /** RLIMIT_MEMLOCK, which does not bind a caller with CAP_IPC_LOCK. */
  readonly lockedBytes: number;
  /** Nothing is put below it at a caller's wish, unless it has CAP_SYS_RAWIO (vm.mmap_min_addr). */
  readonly lowestAddress: number;
  /** All RAM that the system has. */
  readonly totalMemoryBytes: number;
}

/** The limits that hold for the address space of `thread`. */
export function vmLimitsOf(thread: Thread): VmLimits {
  const { limits } = thread.process;
  return {
    addressSpaceBytes: limits.get(RLIMIT_AS),
    dataBytes: limits.get(RLIMIT_DATA),
    stackBytes: limits.get(RLIMIT_STACK),
    lockedBytes: thread.credentials.has(Capability.IPC_LOCK)
      ? Infinity
      : limits.get(RLIMIT_MEMLOCK),
    lowestAddress: thread.credentials.has(Capability.SYS_RAWIO) ? 0 : MMAP_MIN_ADDRESS,
    totalMemoryBytes: memoryStatistics().total * PAGE_SIZE,
  };
}

/**
 * Whether `more` bytes of private writable memory would be too many for RLIMIT_DATA (getrlimit(2)): all
 * such mappings count, but for stacks that grow.
 */
export function exceedsDataLimit(vm: AddressSpace, more: number, limits: VmLimits): boolean {
  if (limits.dataBytes === Infinity) return false;
  let bytes = more;
  for (const mapping of vm.mappings) {
    const { shared, protection, growsDown, start, end } = mapping;
    if (!shared && (protection & PROT_WRITE) !== 0 && !growsDown) bytes += end - start;
  }
  return bytes > limits.dataBytes;
}
