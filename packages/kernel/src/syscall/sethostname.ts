// SPDX-License-Identifier: MPL-2.0

import { Errno } from "../abi/errno.ts";
import type { Thread } from "../process/thread.ts";
import { fail } from "../result.ts";
import type { Result } from "../result.ts";
import { Capability } from "../security/capabilities.ts";
import { bufferIn, size } from "./args.ts";
import { defineSyscall } from "./define.ts";
import type { Syscall } from "./define.ts";

const NAME_MAX = 64;

/** Reads a host or domain name: a byte string, up to a zero byte if it has one. */
function readName(thread: Thread, nameAddress: number, length: number): string | Result {
  if (!thread.credentials.has(Capability.SYS_ADMIN)) return fail(Errno.EPERM);
  if (length < 0 || length > NAME_MAX) return fail(Errno.EINVAL);
  const bytes = new Uint8Array(length);
  if (thread.memory.readBytes(nameAddress, bytes, 0, length) !== length) return fail(Errno.EFAULT);
  const end = bytes.indexOf(0);
  return String.fromCharCode(...bytes.subarray(0, end < 0 ? length : end));
}

export const sethostname: Syscall = defineSyscall({
  name: "sethostname",
  number: { x86_64: 170 },
  args: [bufferIn("name", 1), size("len")],
  support: "full",
  handler: (thread, nameAddress, length) => {
    const name = readName(thread, nameAddress, length);
    if (typeof name === "number") return name;
    thread.kernel.hostname = name;
    return 0;
  },
});

export const setdomainname: Syscall = defineSyscall({
  name: "setdomainname",
  number: { x86_64: 171 },
  args: [bufferIn("name", 1), size("len")],
  support: "full",
  handler: (thread, nameAddress, length) => {
    const name = readName(thread, nameAddress, length);
    if (typeof name === "number") return name;
    thread.kernel.domainname = name;
    return 0;
  },
});
