// SPDX-License-Identifier: MPL-2.0

import { Errno } from "../abi/errno.ts";
import { AT_FDCWD } from "../abi/fcntl.ts";
import { StatfsLayout } from "../abi/file-layout.ts";
import { set32, set64 } from "../abi/layout.ts";
import type { FileSystem } from "../fs/file-system.ts";
import { MS } from "../fs/mount.ts";
import { StatFs } from "../fs/stat.ts";
import type { Thread } from "../process/thread.ts";
import { fail } from "../result.ts";
import type { Result } from "../result.ts";
import { fd, path, structOut } from "./args.ts";
import { defineSyscall } from "./define.ts";
import type { Syscall } from "./define.ts";
import { readPath } from "./read-path.ts";

/** f_flags: the ST_* bits have the values of the MS_* bits, but for these two (statfs(2)). */
const ST_VALID = 0x20;
const ST_RELATIME = 0x1000;
const SAME_BITS = MS.RDONLY | MS.NOSUID | MS.NODEV | MS.NOEXEC | MS.NOATIME | MS.NODIRATIME;

function tell(thread: Thread, fs: FileSystem, mountFlags: number, address: number): Result {
  const out = new StatFs();
  out.fsid = fs.device;
  const told = fs.statfs(out);
  if (told < 0) {
    return told;
  }
  const { bytes, view } = thread.kernel.vfs.scratch;
  const flags =
    ST_VALID |
    (mountFlags & SAME_BITS) |
    (fs.readOnly ? MS.RDONLY : 0) |
    ((mountFlags & MS.RELATIME) !== 0 ? ST_RELATIME : 0);
  bytes.fill(0, 0, StatfsLayout.size);
  set64(view, StatfsLayout.type, out.type);
  set64(view, StatfsLayout.bsize, out.blockSize);
  set64(view, StatfsLayout.blocks, out.blocks);
  set64(view, StatfsLayout.bfree, out.blocksFree);
  set64(view, StatfsLayout.bavail, out.blocksAvailable);
  set64(view, StatfsLayout.files, out.files);
  set64(view, StatfsLayout.ffree, out.filesFree);
  set32(view, StatfsLayout.fsid, out.fsid);
  set64(view, StatfsLayout.namelen, out.nameLength);
  set64(view, StatfsLayout.frsize, out.blockSize);
  set64(view, StatfsLayout.flags, flags);
  const { size } = StatfsLayout;
  return thread.memory.writeBytes(address, bytes, 0, size) < size ? fail(Errno.EFAULT) : 0;
}

/** statfs(2). */
export const statfs: Syscall = defineSyscall({
  name: "statfs",
  number: { x86_64: 137 },
  args: [path(), structOut("buf", "statfs")],
  support: "full",
  handler(thread, pathAddress, address) {
    const pathname = readPath(thread, pathAddress);
    if (typeof pathname === "number") {
      return pathname;
    }
    const place = thread.kernel.vfs.resolve(thread, AT_FDCWD, pathname, 0);
    return typeof place === "number"
      ? place
      : tell(thread, place.mount.fs, place.mount.flags, address);
  },
});

/** fstatfs(2). */
export const fstatfs: Syscall = defineSyscall({
  name: "fstatfs",
  number: { x86_64: 138 },
  args: [fd(), structOut("buf", "statfs")],
  support: "full",
  handler(thread, fileDescriptor, address) {
    const file = thread.files.get(fileDescriptor);
    if (file === undefined) {
      return fail(Errno.EBADF);
    }
    const mount = (file.attributePlace ?? thread.kernel.vfs.anonymousInode).mount;
    return tell(thread, mount.fs, mount.flags, address);
  },
});
