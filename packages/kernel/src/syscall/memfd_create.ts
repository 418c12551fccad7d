// SPDX-License-Identifier: MPL-2.0

import { Errno } from "../abi/errno.ts";
import { O, SEAL } from "../abi/fcntl.ts";
import { S } from "../abi/stat.ts";
import { installOpened } from "../fs/descriptor.ts";
import { Path } from "../fs/path.ts";
import { RamRegular } from "../fs/ramfs/regular.ts";
import { fail } from "../result.ts";
import { flags, path } from "./args.ts";
import { defineSyscall } from "./define.ts";
import type { Syscall } from "./define.ts";

const MFD = { CLOEXEC: 1, ALLOW_SEALING: 2, HUGETLB: 4, NOEXEC_SEAL: 8, EXEC: 16 } as const;
/** Of the name, with "memfd:" before it, 255 bytes remain. */
const NAME_MAX = 249;

/** memfd_create(2). */
export const memfd_create: Syscall = defineSyscall({
  name: "memfd_create",
  number: { x86_64: 319 },
  args: [
    path("name"),
    flags("flags", {
      MFD_CLOEXEC: 1,
      MFD_ALLOW_SEALING: 2,
      MFD_HUGETLB: 4,
      MFD_NOEXEC_SEAL: 8,
      MFD_EXEC: 16,
    }),
  ],
  scml: [{ flags: "MFD_CLOEXEC | MFD_ALLOW_SEALING | MFD_NOEXEC_SEAL | MFD_EXEC" }],
  support: "partial",
  note: "No huge pages.",
  handler(thread, nameAddress, memfdFlags) {
    const known = MFD.CLOEXEC | MFD.ALLOW_SEALING | MFD.NOEXEC_SEAL | MFD.EXEC;
    const modes = MFD.NOEXEC_SEAL | MFD.EXEC;
    if ((memfdFlags & ~known) !== 0 || (memfdFlags & modes) === modes) {
      return fail(Errno.EINVAL, "the flags are unknown or exclude each other");
    }
    const text = thread.memory.readCString(nameAddress, NAME_MAX + 1);
    if (typeof text === "string") {
      return fail(text === "TooLong" ? Errno.EINVAL : Errno.EFAULT);
    }
    const { anonymous } = thread.kernel.vfs;
    const isNotExecutable = (memfdFlags & MFD.NOEXEC_SEAL) !== 0;
    const inode = anonymous.root.inode.tmpfile({
      mode: S.IFREG | (isNotExecutable ? 0o666 : 0o777),
      uid: thread.credentials.fsuid,
      gid: thread.credentials.fsgid,
      rdev: 0,
    });
    if (typeof inode === "number") {
      return inode;
    }
    if (!(inode instanceof RamRegular)) {
      return fail(Errno.ENOSYS);
    }
    inode.isSealable = true;
    inode.seals = (memfdFlags & MFD.ALLOW_SEALING) !== 0 ? 0 : SEAL.SEAL;
    if (isNotExecutable) {
      inode.seals = SEAL.EXEC;
    }
    const dentry = anonymous.root.newUnlinked(`memfd:${text.bytes}`, inode);
    const file = inode.open(thread, new Path(anonymous, dentry), O.RDWR | O.LARGEFILE);
    if (typeof file !== "number") file.stopWriting();
    return installOpened(thread, file, (memfdFlags & MFD.CLOEXEC) !== 0 ? O.CLOEXEC : 0);
  },
});
