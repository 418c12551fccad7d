// SPDX-License-Identifier: MPL-2.0

import { Reg } from "@aster/ostd";
import { Errno } from "../abi/errno.ts";
import { S } from "../abi/stat.ts";
import {
  F,
  FD_CLOEXEC,
  F_RDLCK,
  F_UNLCK,
  F_WRLCK,
  O,
  OPEN_FLAG_NAMES,
  SETFL_MASK,
} from "../abi/fcntl.ts";
import { getI32 } from "../abi/layout.ts";
import { AsyncOwner, OwnerKind } from "../fs/async-owner.ts";
import { DN, DirectoryWatch } from "../fs/directory-watch.ts";
import { descriptorLimit } from "../fs/descriptor.ts";
import type { OpenFile } from "../fs/file.ts";
import { getLease, setLease } from "../fs/locks/lease.ts";
import { getRecordLock, setRecordLock } from "../fs/locks/record-lock-call.ts";
import { isAppendOnly } from "../fs/inode-flags.ts";
import { isOwnerOrCapable } from "../fs/permission.ts";
import { PipeEnd } from "../fs/pipe/pipe-end.ts";
import { RegularFile } from "../fs/regular-file.ts";
import { RamRegular } from "../fs/ramfs/regular.ts";
import type { Thread } from "../process/thread.ts";
import { fail } from "../result.ts";
import type { Result } from "../result.ts";
import { Capability } from "../security/capabilities.ts";
import { fd, hex, oneOf } from "./args.ts";
import { defineSyscall } from "./define.ts";
import type { Syscall } from "./define.ts";
import { among } from "./scml.ts";
import { readStruct } from "./user-struct.ts";
import type { Rule } from "./scml.ts";
import { addSeals, SEALS_KNOWN } from "../fs/ramfs/seals.ts";

const CommandNames: Readonly<Record<string, number>> = Object.fromEntries(
  Object.entries(F).map(([name, value]) => [`F_${name}`, value]),
);

/** Commands that are refused. */
const REFUSED = ["F_GET_FILE_RW_HINT", "F_SET_FILE_RW_HINT"] as const;
/** RWH_WRITE_LIFE_EXTREME. */
const WRITE_HINT_MAX = 5;
/** Commands whose argument is made of flags. */
const WITH_FLAGS = ["F_SETFD", "F_SETFL", "F_ADD_SEALS"] as const;

const FCNTL_RULES: readonly Rule[] = [
  { cmd: among(CommandNames, ...REFUSED, ...WITH_FLAGS) },
  { cmd: "F_SETFD", arg: "FD_CLOEXEC" },
  { cmd: "F_SETFL", arg: `O_RDONLY | ${among(OPEN_FLAG_NAMES)}` },
  {
    cmd: "F_ADD_SEALS",
    arg: "F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE | F_SEAL_FUTURE_WRITE | F_SEAL_EXEC",
  },
];

/** What an O_PATH descriptor allows (open(2)). */
function worksOnPathOnly(command: number): boolean {
  return (
    command === F.DUPFD ||
    command === F.DUPFD_CLOEXEC ||
    command === F.GETFD ||
    command === F.SETFD ||
    command === F.GETFL ||
    command === F.DUPFD_QUERY ||
    command === F.CREATED_QUERY
  );
}

function duplicate(thread: Thread, file: OpenFile, minimum: number, closeOnExec: boolean): Result {
  const limit = descriptorLimit(thread);
  if (!(minimum >= 0 && minimum < limit)) {
    return fail(Errno.EINVAL, "the lowest descriptor is out of range");
  }
  const newFd = thread.files.install(file, closeOnExec, limit, minimum);
  if (newFd >= 0) {
    file.retain();
  }
  return newFd;
}

/** What there is about signals for the file's owner; made when it is first needed. */
export function asyncOwnerOf(thread: Thread, file: OpenFile): AsyncOwner {
  file.asyncOwner ??= new AsyncOwner(file, thread);
  return file.asyncOwner;
}

function setStatusFlags(thread: Thread, file: OpenFile, descriptor: number, flags: number): Result {
  const inode = file.inode;
  if (inode !== undefined && isAppendOnly(inode) && (flags & O.APPEND) === 0) {
    if ((file.statusFlags & O.APPEND) !== 0) {
      return fail(Errno.EPERM, "the file may only be appended to");
    }
  }
  const wantsNoAtime = (flags & O.NOATIME) !== 0 && (file.statusFlags & O.NOATIME) === 0;
  if (wantsNoAtime && inode !== undefined && !isOwnerOrCapable(thread.credentials, inode)) {
    return fail(Errno.EPERM, "O_NOATIME is for the owner of the file");
  }
  if ((flags & O.DIRECT) !== 0 && inode?.type !== S.IFIFO && inode?.takesDirect !== true) {
    return fail(Errno.EINVAL, "the file has no input and output past the page cache");
  }
  const isAsync = (flags & O.ASYNC) !== 0;
  if (file.takesAsync && (isAsync || file.asyncOwner !== undefined)) {
    asyncOwnerOf(thread, file).watch(isAsync, descriptor);
  }
  const changed = file.takesAsync ? SETFL_MASK : SETFL_MASK & ~O.ASYNC;
  file.statusFlags = (file.statusFlags & ~changed) | (flags & changed);
  file.statusFlagsChanged();
  return 0;
}

function setOwner(thread: Thread, file: OpenFile, owner: number): Result {
  const kind = owner < 0 ? OwnerKind.GROUP : OwnerKind.PROCESS;
  // Of the smallest number there is no positive one.
  if (owner === -0x8000_0000) return fail(Errno.EINVAL);
  return asyncOwnerOf(thread, file).setOwner(thread, kind, Math.abs(owner));
}

function leaseFile(thread: Thread, file: OpenFile, descriptor: number, kind: number): Result {
  const { inode } = file;
  const { credentials } = thread;
  if (kind !== F_RDLCK && kind !== F_WRLCK && kind !== F_UNLCK) return fail(Errno.EINVAL);
  if (inode === undefined) return fail(Errno.EINVAL);
  if (credentials.fsuid !== inode.uid && !credentials.has(Capability.LEASE)) {
    return fail(Errno.EACCES, "the file is another user's");
  }
  if (!inode.isRegular) return fail(Errno.EINVAL, "leases are for regular files");
  const owner = asyncOwnerOf(thread, file);
  const result = setLease(file, inode, owner, descriptor, kind);
  if (result === 0 && owner.id === 0) {
    owner.setOwner(thread, OwnerKind.PROCESS, thread.process.pid);
  }
  return result;
}

/** F_NOTIFY: changes in a directory raise the owner's signal; no events end that. */
function watchDirectory(
  thread: Thread,
  file: OpenFile,
  descriptor: number,
  events: number,
): Result {
  const { inode } = file;
  if (inode?.isDirectory !== true) return fail(Errno.ENOTDIR);
  if ((events & DN.ALL) === 0) {
    file.endDirectoryWatch();
    return 0;
  }
  const owner = asyncOwnerOf(thread, file);
  if (owner.id === 0) owner.setOwner(thread, OwnerKind.PROCESS, thread.process.pid);
  file.directoryWatch ??= new DirectoryWatch(thread.files, owner, inode, descriptor);
  file.directoryWatch.add(events);
  return 0;
}

/** F_GET_RW_HINT and F_SET_RW_HINT: a 64-bit number from 0 to 5. */
function writeHint(thread: Thread, file: OpenFile, address: number, sets: boolean): Result {
  const { inode } = file;
  const holder = inode ?? file;
  if (!sets) return thread.memory.writeNumber64(address, holder.writeHint) ? 0 : fail(Errno.EFAULT);
  if (inode !== undefined && !isOwnerOrCapable(thread.credentials, inode)) return fail(Errno.EPERM);
  const hint = thread.memory.readU64(address);
  if (hint < 0) return fail(Errno.EFAULT);
  if (hint > WRITE_HINT_MAX) return fail(Errno.EINVAL);
  holder.writeHint = hint;
  return 0;
}

function seal(file: OpenFile, seals: number): Result {
  if (!file.writable) return fail(Errno.EPERM, "the file is not open for writing");
  const { inode } = file;
  const isSealable = file instanceof RegularFile && inode instanceof RamRegular && inode.isSealable;
  if ((seals & ~SEALS_KNOWN) !== 0 || !isSealable) {
    return fail(Errno.EINVAL, "the file has no seals, or a seal is unknown");
  }
  return addSeals(inode, seals);
}

/** F_GETOWNER_UIDS: the ids of whoever set the owner, real and effective. */
function tellOwnerIds(thread: Thread, file: OpenFile, address: number): Result {
  const { setterUid = 0, setterEuid = 0 } = file.asyncOwner ?? {};
  return thread.memory.writeU64(address, setterUid, setterEuid) ? 0 : fail(Errno.EFAULT);
}

/** F_SETOWN_EX and F_GETOWN_EX: struct f_owner_ex, a kind and a number. */
function setOwnerBy(thread: Thread, file: OpenFile, address: number): Result {
  const view = readStruct(thread, address, 8);
  if (view === undefined) return fail(Errno.EFAULT);
  const kind = getI32(view, 0);
  if (kind < OwnerKind.THREAD || kind > OwnerKind.GROUP) return fail(Errno.EINVAL);
  return asyncOwnerOf(thread, file).setOwner(thread, kind, getI32(view, 4));
}

function tellOwner(thread: Thread, file: OpenFile, address: number): Result {
  const kind = file.asyncOwner?.kind ?? OwnerKind.THREAD;
  const id = file.asyncOwner?.id ?? 0;
  return thread.memory.writeU64(address, kind, id) ? 0 : fail(Errno.EFAULT);
}

/** As an int. What a program extends with its sign is beyond what a number holds exactly. */
function lowHalf(thread: Thread, argument: number): number {
  return argument > Number.MAX_SAFE_INTEGER
    ? thread.context.regInt(Reg.RDX)
    : (argument % 0x1_0000_0000) | 0;
}

/** fcntl(2). */
export const fcntl: Syscall = defineSyscall({
  name: "fcntl",
  number: { x86_64: 72 },
  args: [fd(), oneOf("cmd", CommandNames), hex("arg")],
  optional: 1,
  scml: FCNTL_RULES,
  support: "full",
  handler(thread, fileDescriptor, command, argument) {
    const { files } = thread;
    const file = files.get(fileDescriptor);
    if (file === undefined || (file.isPathOnly && !worksOnPathOnly(command))) {
      return fail(Errno.EBADF);
    }
    const int = lowHalf(thread, argument);
    switch (command) {
      case F.DUPFD:
        return duplicate(thread, file, int, false);
      case F.DUPFD_CLOEXEC:
        return duplicate(thread, file, int, true);
      case F.GETFD:
        return files.isCloseOnExec(fileDescriptor) ? FD_CLOEXEC : 0;
      case F.SETFD:
        files.setCloseOnExec(fileDescriptor, (int & FD_CLOEXEC) !== 0);
        return 0;
      case F.GETFL:
        return file.statusFlags;
      case F.SETFL:
        return setStatusFlags(thread, file, fileDescriptor, int);
      case F.GETLK:
      case F.OFD_GETLK:
        return getRecordLock(thread, file, argument, command === F.OFD_GETLK);
      case F.SETLK:
      case F.SETLKW:
        return setRecordLock(thread, file, argument, false, command === F.SETLKW);
      case F.OFD_SETLK:
      case F.OFD_SETLKW:
        return setRecordLock(thread, file, argument, true, command === F.OFD_SETLKW);
      case F.GETOWN:
        return file.asyncOwner?.asNumber ?? 0;
      case F.SETOWN:
        return setOwner(thread, file, int);
      case F.GETOWN_EX:
        return tellOwner(thread, file, argument);
      case F.SETOWN_EX:
        return setOwnerBy(thread, file, argument);
      case F.GETLEASE:
        return getLease(file);
      case F.SETLEASE:
        return leaseFile(thread, file, fileDescriptor, int);
      case F.NOTIFY:
        return watchDirectory(thread, file, fileDescriptor, argument % 0x1_0000_0000);
      case F.DUPFD_QUERY:
        return files.get(int) === undefined ? fail(Errno.EBADF) : files.get(int) === file ? 1 : 0;
      case F.GET_RW_HINT:
      case F.SET_RW_HINT:
        return writeHint(thread, file, argument, command === F.SET_RW_HINT);
      case F.CREATED_QUERY:
        return file.wasCreated ? 1 : 0;
      case F.GETOWNER_UIDS:
        return tellOwnerIds(thread, file, argument);
      case F.GETSIG:
        return file.asyncOwner?.signal ?? 0;
      case F.SETSIG:
        if (int < 0 || int > 64) {
          return fail(Errno.EINVAL);
        }
        asyncOwnerOf(thread, file).signal = int;
        return 0;
      case F.SETPIPE_SZ:
        return file instanceof PipeEnd ? file.pipe.resize(thread, int) : fail(Errno.EBADF);
      case F.GETPIPE_SZ:
        return file instanceof PipeEnd ? file.pipe.ring.capacity : fail(Errno.EBADF);
      case F.ADD_SEALS:
        return seal(file, int);
      case F.GET_SEALS:
        return file.inode instanceof RamRegular &&
          file.inode.isSealable &&
          file instanceof RegularFile
          ? file.inode.seals
          : fail(Errno.EINVAL);
      default:
        return fail(Errno.EINVAL, "the command is unknown or not supported");
    }
  },
});
