// SPDX-License-Identifier: MPL-2.0

import { Errno } from "../abi/errno.ts";
import { set32, set64, StructBuffer } from "../abi/layout.ts";
import { IPC_INFO, IPC_PERM_BYTES, IPC_SET } from "../ipc/sysv/ipc-object.ts";
import { SHMMNI, shmTotals } from "../ipc/sysv/shared-memory.ts";
import type { ShmSegment } from "../ipc/sysv/shared-memory.ts";
import { RLIMIT_MEMLOCK } from "../process/limits.ts";
import type { Thread } from "../process/thread.ts";
import { fail } from "../result.ts";
import type { Result } from "../result.ts";
import { Capability } from "../security/capabilities.ts";
import { address, int } from "./args.ts";
import { defineSyscall } from "./define.ts";
import type { Syscall } from "./define.ts";
import { controlObject, setObject, statAtIndex } from "./ipc-control.ts";
import type { IpcControl } from "./ipc-control.ts";
import { readStruct, writeStruct } from "./user-struct.ts";

const SHM_LOCK = 11;
const SHM_UNLOCK = 12;
const SHM_STAT = 13;
const SHM_INFO = 14;
const SHM_STAT_ANY = 15;

/** struct shmid64_ds on x86-64. */
const SHMID_BYTES = 112;
const Shmid = {
  segmentSize: 48,
  atime: 56,
  dtime: 64,
  ctime: 72,
  cpid: 80,
  lpid: 84,
  nattch: 88,
} as const;
const SHMINFO_BYTES = 72;
const SHM_INFO_BYTES = 48;
/** ULONG_MAX - 2^24, the default of SHMMAX and SHMALL, in halves. */
const NO_LIMIT_LOW = 0xfeff_ffff;
const NO_LIMIT_HIGH = 0xffff_ffff;

/** shmctl(2). */
export const shmctl: Syscall = defineSyscall({
  name: "shmctl",
  number: { x86_64: 31 },
  args: [int("shmid"), int("cmd"), address("buf")],
  scml: [
    {
      cmd:
        "IPC_RMID | IPC_SET | IPC_STAT | IPC_INFO | SHM_LOCK | SHM_UNLOCK | SHM_STAT | SHM_INFO | " +
        "SHM_STAT_ANY",
    },
  ],
  support: "full",
  handler(thread, id, command, argument) {
    if (id < 0 || command < 0) return fail(Errno.EINVAL);
    const { segments } = thread.kernel.sysvIpc;
    switch (command) {
      case IPC_INFO:
        return writeLimits(thread, argument);
      case SHM_INFO:
        return writeUsage(thread, argument);
      case SHM_STAT:
      case SHM_STAT_ANY:
        return statAtIndex(CONTROL, thread, id, argument, command === SHM_STAT_ANY);
      case IPC_SET: {
        const view = readStruct(thread, argument, CONTROL.setBytes);
        return view === undefined
          ? fail(Errno.EFAULT)
          : setObject(CONTROL, thread, segments.find(id), view);
      }
      default: {
        const segment = segments.find(id);
        if (segment === undefined) return fail(Errno.EINVAL, "there is no such segment");
        return command === SHM_LOCK || command === SHM_UNLOCK
          ? setLocked(thread, segment, command === SHM_LOCK)
          : controlObject(CONTROL, thread, segment, command, argument);
      }
    }
  },
});

const CONTROL: IpcControl<ShmSegment> = {
  statBytes: SHMID_BYTES,
  setBytes: IPC_PERM_BYTES,
  tableOf: ({ sysvIpc }) => sysvIpc.segments,
  fillStat(segment, view) {
    set64(view, Shmid.segmentSize, segment.sizeBytes);
    set64(view, Shmid.atime, segment.attachedAt);
    set64(view, Shmid.dtime, segment.detachedAt);
    set64(view, Shmid.ctime, segment.changedAt);
    set32(view, Shmid.cpid, segment.creatorPid);
    set32(view, Shmid.lpid, segment.lastPid);
    set64(view, Shmid.nattch, segment.pages.attachments);
  },
  set(_thread, segment, view) {
    segment.setPermissions(view);
    return 0;
  },
  remove(segment) {
    segment.doom();
  },
};

function setLocked(thread: Thread, segment: ShmSegment, isLocked: boolean): Result {
  const { credentials, process } = thread;
  if (!credentials.has(Capability.IPC_LOCK)) {
    if (!segment.mayControl(thread)) return fail(Errno.EPERM);
    if (isLocked && process.limits.get(RLIMIT_MEMLOCK) === 0) return fail(Errno.EPERM);
  }
  segment.isLocked = isLocked;
  return 0;
}

/** struct shminfo64: shmmax, shmmin, shmmni, shmseg, shmall. */
function writeLimits(thread: Thread, address: number): Result {
  const buffer = new StructBuffer(SHMINFO_BYTES);
  const { view } = buffer;
  for (const at of [0, 32]) {
    set32(view, at, NO_LIMIT_LOW);
    set32(view, at + 4, NO_LIMIT_HIGH);
  }
  set64(view, 8, 1);
  set64(view, 16, SHMMNI);
  set64(view, 24, SHMMNI);
  const written = writeStruct(thread, address, buffer);
  return written < 0 ? written : thread.kernel.sysvIpc.segments.highestIndex;
}

/** struct shm_info: used ids, pages, resident pages, pages swapped out. */
function writeUsage(thread: Thread, address: number): Result {
  const { segments } = thread.kernel.sysvIpc;
  const { pages, resident } = shmTotals(thread.kernel);
  const buffer = new StructBuffer(SHM_INFO_BYTES);
  set32(buffer.view, 0, segments.count);
  set64(buffer.view, 8, pages);
  set64(buffer.view, 16, resident);
  const written = writeStruct(thread, address, buffer);
  return written < 0 ? written : segments.highestIndex;
}
