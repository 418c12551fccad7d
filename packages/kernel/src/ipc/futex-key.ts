// SPDX-License-Identifier: MPL-2.0

import { PAGE_SIZE } from "@aster/ostd";
import type { Thread } from "../process/thread.ts";

/** What names a futex word. */
export interface FutexKey {
  /** The address space of a private word; undefined for a word in shared memory. */
  readonly space: object | undefined;
  /** Address of a private word, physical address of a shared one. */
  readonly key: number;
}

/**
 * The name of the word at `address`. Memory that no other process can share is private whatever
 * the caller says, since its frames change on copy-on-write.
 */
export function futexKey(thread: Thread, address: number, maybeShared: boolean): FutexKey {
  const { vm } = thread;
  if (maybeShared && vm.mappings.find(address)?.shared === true) {
    const page = vm.space.queryPage(address - (address % PAGE_SIZE));
    if (page !== 0) {
      return { space: undefined, key: page - (page % PAGE_SIZE) + (address % PAGE_SIZE) };
    }
  }
  return { space: vm, key: address };
}
