// SPDX-License-Identifier: MPL-2.0

import { Errno } from "../abi/errno.ts";
import { AT_FDCWD } from "../abi/fcntl.ts";
import { bindMount, changePropagation, moveMount, newMount, remount } from "../fs/mount-call.ts";
import { MS } from "../fs/mount.ts";
import type { Thread } from "../process/thread.ts";
import { fail } from "../result.ts";
import type { Result } from "../result.ts";
import { Capability } from "../security/capabilities.ts";
import { address, flags, path } from "./args.ts";
import { defineSyscall } from "./define.ts";
import type { Syscall } from "./define.ts";
import { among } from "./scml.ts";
import { readPath } from "./read-path.ts";

const MountNames: Readonly<Record<string, number>> = Object.fromEntries(
  Object.entries(MS).map(([name, value]) => [`MS_${name}`, value]),
);
/** Programs of before Linux 2.4 put this in the upper half; it means nothing. */
const MS_MGC_VAL = 0xc0ed_0000;
/** Set by file systems that nobody mounts. */
const MS_NOUSER = 0x8000_0000;
const PROPAGATION = MS.SHARED | MS.PRIVATE | MS.SLAVE | MS.UNBINDABLE;
const OPTIONS_MAX = 4096;

function optionalText(thread: Thread, at: number): string | Result {
  if (at === 0) {
    return "";
  }
  const text = thread.memory.readCString(at, OPTIONS_MAX);
  return typeof text === "string"
    ? fail(text === "TooLong" ? Errno.EINVAL : Errno.EFAULT)
    : text.bytes;
}

/** mount(2). */
export const mount: Syscall = defineSyscall({
  name: "mount",
  number: { x86_64: 165 },
  args: [
    path("source"),
    path("target"),
    path("filesystemtype"),
    flags("mountflags", MountNames),
    address("data"),
  ],
  scml: [{ mountflags: among(MountNames, "MS_SHARED") }],
  support: "partial",
  note: "Mounts are private or unbindable: MS_SHARED is refused with EINVAL, and MS_SLAVE finds no master to follow.",
  handler(thread, sourceAddress, targetAddress, typeAddress, givenFlags, dataAddress) {
    const mountFlags =
      givenFlags - (givenFlags % 0x1_0000) === MS_MGC_VAL ? givenFlags % 0x1_0000 : givenFlags;
    if ((mountFlags & MS_NOUSER) !== 0) return fail(Errno.EINVAL, "MS_NOUSER is the kernel's own");
    const source = optionalText(thread, sourceAddress);
    const type = optionalText(thread, typeAddress);
    const options = optionalText(thread, dataAddress);
    if (typeof source === "number" || typeof type === "number" || typeof options === "number") {
      return [source, type, options].find((text) => typeof text === "number") ?? -Errno.EFAULT;
    }
    const target = readPath(thread, targetAddress);
    if (typeof target === "number") {
      return target;
    }
    const { vfs } = thread.kernel;
    const place = vfs.resolve(thread, AT_FDCWD, target, 0);
    if (typeof place === "number") {
      return place;
    }
    if (!thread.credentials.has(Capability.SYS_ADMIN)) {
      return fail(Errno.EPERM, "mounting needs CAP_SYS_ADMIN");
    }
    if ((mountFlags & MS.REMOUNT) !== 0) {
      return remount(place, mountFlags, options);
    }
    if ((mountFlags & MS.BIND) !== 0) {
      return bindMount(vfs, thread, source, place, mountFlags);
    }
    if ((mountFlags & PROPAGATION) !== 0) {
      return changePropagation(place, mountFlags);
    }
    if ((mountFlags & MS.MOVE) !== 0) {
      return moveMount(vfs, thread, source, place);
    }
    if (typeAddress === 0) return fail(Errno.EINVAL, "no file system is named");
    return newMount(vfs, thread, source, place, type, mountFlags, options);
  },
});
