// SPDX-License-Identifier: MPL-2.0

import type { UFrame } from "@aster/ostd";
import { Errno } from "../abi/errno.ts";
import { PROT_WRITE } from "../abi/mman.ts";
import { RLIMIT_STACK } from "../process/limits.ts";
import type { Thread } from "../process/thread.ts";
import { fail } from "../result.ts";
import type { Result } from "../result.ts";
import type { AddressSpace } from "./address-space.ts";
import { Access, Fault, handleFault } from "./fault.ts";
import { PAGE_SIZE, pageFloor } from "./mapping.ts";

/*
 * Memory of a process as a debugger sees it (/proc/PID/mem): whoever may look into the process
 * reads what is mapped, whatever its protection, and writes to private memory that is read-only,
 * of which the process then has a copy. Shared memory that is read-only stays as it is.
 */

/** Copies `count` bytes, all of one page, out of the space; false where nothing is mapped. */
export function readForeign(
  vm: AddressSpace,
  address: number,
  into: Uint8Array,
  count: number,
): boolean {
  const mapping = vm.mappings.find(address);
  const page = pageFloor(address);
  if (mapping === undefined || vm.guards.has(page)) return false;
  using present = vm.space.frameAt(page);
  if (present !== undefined) {
    return readFrame(present, address, into, count);
  }
  const { source } = mapping;
  if (source === undefined) {
    into.fill(0, 0, count);
    return true;
  }
  const frame = source.page(mapping.sourcePageAt(page));
  return typeof frame !== "number" && readFrame(frame, address, into, count);
}

/** Copies `count` bytes, all of one page, into the space: 0 or -EIO. */
export function writeForeign(
  thread: Thread,
  vm: AddressSpace,
  address: number,
  from: Uint8Array,
  count: number,
): Result {
  const mapping = vm.mappings.find(address);
  if (mapping === undefined) return fail(Errno.EIO, "nothing is mapped there");
  if (mapping.shared && (mapping.protection & PROT_WRITE) === 0) {
    return fail(Errno.EIO, "the memory is shared, and read-only");
  }
  const stackLimit = thread.process.limits.get(RLIMIT_STACK);
  const fault = handleFault(vm, address, Access.WRITE, stackLimit, true);
  using frame = fault === Fault.RESOLVED ? vm.space.frameAt(pageFloor(address)) : undefined;
  if (frame === undefined) return fail(Errno.EIO, "the page can not be had");
  const written = frame.writer(address % PAGE_SIZE, count).writeBytes(from, 0, count);
  return written === count ? 0 : fail(Errno.EIO);
}

function readFrame(frame: UFrame, address: number, into: Uint8Array, count: number): boolean {
  return frame.reader(address % PAGE_SIZE, count).readBytes(into, 0, count) === count;
}
