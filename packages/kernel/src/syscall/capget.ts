// SPDX-License-Identifier: MPL-2.0

import { Errno } from "../abi/errno.ts";
import { getI32, set32, StructBuffer } from "../abi/layout.ts";
import type { Thread } from "../process/thread.ts";
import { fail } from "../result.ts";
import type { Result } from "../result.ts";
import { Capability, CapabilitySet } from "../security/capabilities.ts";
import { address } from "./args.ts";
import { defineSyscall } from "./define.ts";
import type { Syscall } from "./define.ts";
import { readStruct, writeStruct } from "./user-struct.ts";

/** struct __user_cap_header_struct: version, pid. */
const HEADER_SIZE = 8;
const VERSION_1 = 0x1998_0330;
const VERSION_2 = 0x2007_1026;
const VERSION_3 = 0x2008_0522;

/** struct __user_cap_data_struct: effective, permitted, inheritable. */
const DATA_SIZE = 12;

/** How many data structures the header's version has; 0 after the kernel's version was told. */
function readHeader(
  thread: Thread,
  headerAddress: number,
): { readonly words: number; readonly pid: number } | Result {
  const version = thread.memory.readU32(headerAddress);
  if (version < 0) return fail(Errno.EFAULT);
  if (version !== VERSION_1 && version !== VERSION_2 && version !== VERSION_3) {
    if (!thread.memory.writeU32(headerAddress, VERSION_3)) return fail(Errno.EFAULT);
    return { words: 0, pid: 0 };
  }
  const view = readStruct(thread, headerAddress, HEADER_SIZE);
  if (view === undefined) return fail(Errno.EFAULT);
  return { words: version === VERSION_1 ? 1 : 2, pid: getI32(view, 4) };
}

export const capget: Syscall = defineSyscall({
  name: "capget",
  number: { x86_64: 125 },
  args: [address("hdrp"), address("datap")],
  support: "full",
  handler: (thread, headerAddress, dataAddress) => {
    const header = readHeader(thread, headerAddress);
    if (typeof header === "number") return header;
    // With an unknown version and no place for data this is how the version is asked for.
    if (header.words === 0) return dataAddress === 0 ? 0 : fail(Errno.EINVAL);
    if (header.pid < 0) return fail(Errno.EINVAL);
    const target = header.pid === 0 ? thread : thread.kernel.processes.getThread(header.pid);
    if (target === undefined) return fail(Errno.ESRCH);
    if (dataAddress === 0) return 0;
    const { effective, permitted, inheritable } = target.credentials;
    const buffer = new StructBuffer(header.words * DATA_SIZE);
    for (let word = 0; word < header.words; word++) {
      const half = (set: CapabilitySet): number => (word === 0 ? set.low : set.high);
      set32(buffer.view, word * DATA_SIZE, half(effective));
      set32(buffer.view, word * DATA_SIZE + 4, half(permitted));
      set32(buffer.view, word * DATA_SIZE + 8, half(inheritable));
    }
    return writeStruct(thread, dataAddress, buffer);
  },
});

export const capset: Syscall = defineSyscall({
  name: "capset",
  number: { x86_64: 126 },
  args: [address("hdrp"), address("datap")],
  support: "full",
  handler: (thread, headerAddress, dataAddress) => {
    const header = readHeader(thread, headerAddress);
    if (typeof header === "number") return header;
    if (header.words === 0) return fail(Errno.EINVAL);
    if (header.pid !== 0 && header.pid !== thread.tid) return fail(Errno.EPERM);
    const view = readStruct(thread, dataAddress, header.words * DATA_SIZE);
    if (view === undefined) return fail(Errno.EFAULT);
    const read = (at: number): CapabilitySet =>
      new CapabilitySet(getI32(view, at), header.words > 1 ? getI32(view, DATA_SIZE + at) : 0);
    const old = thread.credentials;
    const effective = read(0);
    const permitted = read(4);
    const inheritable = read(8);
    const isInheritable =
      (old.has(Capability.SETPCAP) ||
        inheritable.isSubsetOf(old.inheritable.union(old.permitted))) &&
      inheritable.isSubsetOf(old.inheritable.union(old.bounding));
    if (!isInheritable) return fail(Errno.EPERM, "inheritable capabilities can not be gained");
    if (!permitted.isSubsetOf(old.permitted)) return fail(Errno.EPERM, "nor permitted ones");
    if (!effective.isSubsetOf(permitted)) return fail(Errno.EPERM, "effective but not permitted");
    const next = old.clone();
    next.effective = effective;
    next.permitted = permitted;
    next.inheritable = inheritable;
    next.ambient = next.ambient.intersection(permitted).intersection(inheritable);
    thread.credentials = next;
    return 0;
  },
});
