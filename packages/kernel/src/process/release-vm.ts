// SPDX-License-Identifier: MPL-2.0

import { exitRobustList } from "../ipc/robust-list.ts";
import { wakeFutexAt } from "../ipc/futex-wake.ts";
import type { Thread } from "./thread.ts";

/**
 * A thread leaves its address space, by exit or by execve(2): robust futexes are given up, whoever
 * waits for its tid word is woken, a vfork(2) parent goes on; the process's last thread frees the
 * space.
 */
export function releaseAddressSpace(thread: Thread): void {
  const { process } = thread;
  const { vm } = process;
  if (vm === undefined) return;
  if (thread.robustList !== 0) {
    exitRobustList(thread);
    thread.robustList = 0;
  }
  if (thread.piLocks.size > 0) thread.kernel.piLocks.abandonAll(thread);
  thread.rseq = undefined;
  const isLast = process.threads.size <= 1;
  if (thread.clearChildTid !== 0) {
    // Nobody is left to look when the space goes with the thread.
    if (!isLast || vm.isShared) {
      vm.space.writeU32(thread.clearChildTid, 0);
      wakeFutexAt(thread, thread.clearChildTid, 1);
    }
    thread.clearChildTid = 0;
  }
  if (!isLast) return;
  process.usage.maxResidentKiB = Math.max(process.usage.maxResidentKiB, vm.residentPeak() * 4);
  process.vm = undefined;
  vm.release();
  if (process.isVforkChild) {
    process.isVforkChild = false;
    process.vforkQueue.wakeAll();
  }
}
