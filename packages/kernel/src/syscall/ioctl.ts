// SPDX-License-Identifier: MPL-2.0

import { Errno } from "../abi/errno.ts";
import { O } from "../abi/fcntl.ts";
import {
  FICLONE,
  FICLONERANGE,
  FIOASYNC,
  FIOCLEX,
  FIONBIO,
  FIONCLEX,
  FIONREAD,
  FIOQSIZE,
  FS_IOC_GETFLAGS,
  FS_IOC_SETFLAGS,
} from "../abi/ioctl.ts";
import { EPIOCGPARAMS, EPIOCSPARAMS, TFD_IOC_SET_TICKS } from "../abi/nameless-ioctl.ts";
import { DISK_REQUESTS, PSEUDO_TERMINAL_REQUESTS, TERMINAL_REQUESTS } from "../device/requests.ts";
import { setFileFlags } from "../fs/file-flags.ts";
import type { OpenFile } from "../fs/file.ts";
import type { Thread } from "../process/thread.ts";
import { fail } from "../result.ts";
import type { Result } from "../result.ts";
import { fd, hex, hex32 } from "./args.ts";
import { defineSyscall } from "./define.ts";
import { asyncOwnerOf } from "./fcntl.ts";
import type { Syscall } from "./define.ts";
import type { Pattern } from "./scml.ts";

const NAMELESS: Pattern = [TFD_IOC_SET_TICKS, EPIOCSPARAMS, EPIOCGPARAMS]
  .map((request) => `0x${request.toString(16)}`)
  .join(" | ");

/** What the kernel answers for every file, and what sockets and devices take: terminals, pseudo terminals, disks. */
const REQUESTS: Pattern = `FIONREAD | FIONBIO | FIOASYNC | FIONCLEX | FIOCLEX | FIOQSIZE |
  FS_IOC_GETFLAGS | FS_IOC_SETFLAGS | SIOCATMARK |
  ${NAMELESS} |
  ${TERMINAL_REQUESTS} | ${PSEUDO_TERMINAL_REQUESTS} | ${DISK_REQUESTS}`;

function setFlag(
  thread: Thread,
  file: OpenFile,
  descriptor: number,
  flag: number,
  address: number,
): Result {
  const on = thread.memory.readU32(address);
  if (on < 0) {
    return fail(Errno.EFAULT);
  }
  const isSet = (file.statusFlags & flag) !== 0;
  if (flag === O.ASYNC && !file.takesAsync) {
    return isSet === (on !== 0) ? 0 : fail(Errno.ENOTTY, "the file tells nobody by signals");
  }
  if (flag === O.ASYNC && (on !== 0 || file.asyncOwner !== undefined)) {
    asyncOwnerOf(thread, file).watch(on !== 0, descriptor);
  }
  file.statusFlags = on === 0 ? file.statusFlags & ~flag : file.statusFlags | flag;
  file.statusFlagsChanged();
  return 0;
}

function tellReadable(thread: Thread, file: OpenFile, request: number, address: number): Result {
  const { inode } = file;
  const count = inode?.isRegular === true ? inode.size - file.offset : file.bytesReadable;
  if (count < 0 && inode?.isRegular !== true) {
    return file.ioctl(thread, request, address);
  }
  return thread.memory.writeU32(address, count) ? 0 : fail(Errno.EFAULT);
}

function fileFlags(thread: Thread, file: OpenFile, request: number, address: number): Result {
  const { inode, location } = file;
  const hasFlags = inode !== undefined && (inode.isRegular || inode.isDirectory);
  if (!hasFlags || location === undefined || inode.visibleFlags === 0) {
    return file.ioctl(thread, request, address);
  }
  if (request === FS_IOC_GETFLAGS) {
    const told = thread.memory.writeU32(address, inode.fileFlags & inode.visibleFlags);
    return told ? 0 : fail(Errno.EFAULT);
  }
  const flags = thread.memory.readU32(address);
  return flags < 0 ? fail(Errno.EFAULT) : setFileFlags(thread, location, flags | 0);
}

/**
 * FICLONE and FICLONERANGE, ioctl_ficlonerange(2): no file system here shares blocks between files, which is
 * said after what Linux looks at first.
 */
function cloneRange(thread: Thread, file: OpenFile, request: number, argument: number): Result {
  const fromArgument = request === FICLONE ? argument : thread.memory.readU64(argument);
  if (fromArgument < 0) return fail(Errno.EFAULT);
  const source = thread.files.get(fromArgument % 0x1_0000_0000);
  if (source === undefined || source.isPathOnly) return fail(Errno.EBADF);
  const [from, to] = [source.inode, file.inode];
  if (from?.fs !== to?.fs) return fail(Errno.EXDEV);
  if (from?.isDirectory === true || to?.isDirectory === true) return fail(Errno.EISDIR);
  if (from?.isRegular !== true || to?.isRegular !== true) return fail(Errno.EINVAL);
  const isAppending = (file.statusFlags & O.APPEND) !== 0;
  if (!source.readable || !file.writable || isAppending) return fail(Errno.EBADF);
  return fail(Errno.EOPNOTSUPP, "files share no blocks");
}

/** ioctl(2). What is not generic goes to the file. */
export const ioctl: Syscall = defineSyscall({
  name: "ioctl",
  number: { x86_64: 16 },
  args: [fd(), hex32("request"), hex("argp")],
  scml: [{ request: REQUESTS }],
  support: "partial",
  note: "Generic requests and those of the devices that exist.",
  handler(thread, fileDescriptor, request, argument) {
    const file = thread.files.get(fileDescriptor);
    if (file === undefined || file.isPathOnly) {
      return fail(Errno.EBADF);
    }
    switch (request) {
      case FIOCLEX:
        thread.files.setCloseOnExec(fileDescriptor, true);
        return 0;
      case FIONCLEX:
        thread.files.setCloseOnExec(fileDescriptor, false);
        return 0;
      case FIONBIO:
        return setFlag(thread, file, fileDescriptor, O.NONBLOCK, argument);
      case FIOASYNC:
        return setFlag(thread, file, fileDescriptor, O.ASYNC, argument);
      case FIOQSIZE: {
        const { inode } = file;
        return inode !== undefined && (inode.isRegular || inode.isDirectory || inode.isSymlink)
          ? thread.memory.writeNumber64(argument, inode.size)
            ? 0
            : fail(Errno.EFAULT)
          : fail(Errno.ENOTTY);
      }
      case FS_IOC_GETFLAGS:
      case FS_IOC_SETFLAGS:
        return fileFlags(thread, file, request, argument);
      case FICLONE:
      case FICLONERANGE:
        return cloneRange(thread, file, request, argument);
      case FIONREAD:
        return tellReadable(thread, file, request, argument);
      default:
        return file.ioctl(thread, request, argument);
    }
  },
});
