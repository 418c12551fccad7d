// SPDX-License-Identifier: MPL-2.0

import { PROT_READ, PROT_WRITE } from "../abi/mman.ts";
import type { AddressSpace } from "./address-space.ts";
import { TASK_SIZE } from "./layout.ts";
import { exceedsDataLimit } from "./limits.ts";
import type { VmLimits } from "./limits.ts";
import { Locked, Mapping, pageCeil } from "./mapping.ts";
import { populate } from "./populate.ts";

/** brk(2): moves the end of the heap where that is possible. Returns the end in any case. */
export function setHeapEnd(vm: AddressSpace, wanted: number, limits: VmLimits): number {
  const { heapStart, heapEnd } = vm;
  if (wanted < heapStart || wanted > TASK_SIZE) return heapEnd;
  const oldTop = pageCeil(heapEnd);
  const newTop = pageCeil(wanted);
  if (newTop < oldTop) {
    if (vm.unmap(newTop, oldTop) < 0) return heapEnd;
  } else if (newTop > oldTop) {
    const dataBytes = wanted - heapStart + (vm.dataEnd - vm.dataStart);
    const grown = newTop - oldTop;
    const isRefused =
      dataBytes > limits.dataBytes ||
      exceedsDataLimit(vm, grown, limits) ||
      vm.totalBytes + grown > limits.addressSpaceBytes ||
      grown > limits.totalMemoryBytes ||
      (vm.futureLock !== Locked.NO && vm.lockedBytes() + grown > limits.lockedBytes) ||
      vm.mappings.overlaps(oldTop, newTop);
    if (isRefused) return heapEnd;
    const mapping = new Mapping({
      start: oldTop,
      end: newTop,
      protection: PROT_READ | PROT_WRITE,
      shared: false,
      name: "[heap]",
    });
    mapping.locked = vm.futureLock;
    vm.add(mapping);
    if (vm.futureLock === Locked.NOW) populate(vm, oldTop, newTop, limits.stackBytes);
  }
  vm.heapEnd = wanted;
  return wanted;
}
