// SPDX-License-Identifier: MPL-2.0

import { Errno } from "../abi/errno.ts";
import { O } from "../abi/fcntl.ts";
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

/** Requests that the kernel answers for every file (asm-generic/ioctls.h). */
const FIONREAD = 0x541b;
const FIONBIO = 0x5421;
const FIONCLEX = 0x5450;
const FIOCLEX = 0x5451;
const FIOASYNC = 0x5452;
const FIOQSIZE = 0x5460;
/** ioctl_iflags(2). The sizes in their numbers are of a long; what is passed is an int. */
const FS_IOC_GETFLAGS = 0x8008_6601;
const FS_IOC_SETFLAGS = 0x4008_6602;

/** Those, and what the devices take: terminals, pseudo terminals, disks. */
const REQUESTS: Pattern = `FIONREAD | FIONBIO | FIOASYNC | FIONCLEX | FIOCLEX | FIOQSIZE |
  FS_IOC_GETFLAGS | FS_IOC_SETFLAGS |
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
        return file.pollQueues().length > 0
          ? setFlag(thread, file, fileDescriptor, O.ASYNC, argument)
          : fail(Errno.ENOTTY, "the file tells of nothing by signals");
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
      case FIONREAD:
        return tellReadable(thread, file, request, argument);
      default:
        return file.ioctl(thread, request, argument);
    }
  },
});
