// SPDX-License-Identifier: MPL-2.0

import { Errno } from "../abi/errno.ts";
import { set32, set64, StructBuffer } from "../abi/layout.ts";
import { IPC_INFO, IPC_PERM_BYTES, IPC_SET, MAY_READ, MAY_WRITE } from "../ipc/sysv/ipc-object.ts";
import { SEMMNI, SEMMNS, SEMMSL, SEMOPM, SEMVMX } from "../ipc/sysv/semaphores.ts";
import type { SemaphoreSet } from "../ipc/sysv/semaphores.ts";
import type { Thread } from "../process/thread.ts";
import { fail } from "../result.ts";
import type { Result } from "../result.ts";
import { address, int } from "./args.ts";
import { defineSyscall } from "./define.ts";
import type { Syscall } from "./define.ts";
import { controlObject, setObject, statAtIndex } from "./ipc-control.ts";
import type { IpcControl } from "./ipc-control.ts";
import { readStruct, writeStruct } from "./user-struct.ts";

const GETPID = 11;
const GETVAL = 12;
const GETALL = 13;
const GETNCNT = 14;
const GETZCNT = 15;
const SETVAL = 16;
const SETALL = 17;
const SEM_STAT = 18;
const SEM_INFO = 19;
const SEM_STAT_ANY = 20;

/** struct semid64_ds on x86-64. */
const SEMID_BYTES = 104;
const Semid = { otime: 48, ctime: 64, nsems: 80 } as const;

/** The sizes that Linux tells of structures which only it has. */
const SEMUSZ = 20;

/** semctl(2). */
export const semctl: Syscall = defineSyscall({
  name: "semctl",
  number: { x86_64: 66 },
  args: [int("semid"), int("semnum"), int("cmd"), address("arg")],
  scml: [
    {
      cmd:
        "IPC_RMID | IPC_SET | IPC_STAT | IPC_INFO | GETPID | GETVAL | GETALL | GETNCNT | GETZCNT | " +
        "SETVAL | SETALL | SEM_STAT | SEM_INFO | SEM_STAT_ANY",
    },
  ],
  support: "full",
  handler(thread, id, number, command, argument) {
    if (id < 0) return fail(Errno.EINVAL);
    const { semaphores } = thread.kernel.sysvIpc;
    switch (command) {
      case IPC_INFO:
      case SEM_INFO:
        return writeInfo(thread, command === SEM_INFO, argument);
      case SEM_STAT:
      case SEM_STAT_ANY:
        return statAtIndex(CONTROL, thread, id, argument, command === SEM_STAT_ANY);
      case IPC_SET: {
        const view = readStruct(thread, argument, CONTROL.setBytes);
        return view === undefined
          ? fail(Errno.EFAULT)
          : setObject(CONTROL, thread, semaphores.find(id), view);
      }
      default: {
        const value = argument | 0;
        if (command === SETVAL && (value < 0 || value > SEMVMX)) return fail(Errno.ERANGE);
        const set = semaphores.find(id);
        if (set === undefined) return fail(Errno.EINVAL, "there is no such set");
        return control(thread, set, number, command, argument);
      }
    }
  },
});

const CONTROL: IpcControl<SemaphoreSet> = {
  statBytes: SEMID_BYTES,
  setBytes: IPC_PERM_BYTES,
  tableOf: ({ sysvIpc }) => sysvIpc.semaphores,
  fillStat(set, view) {
    set64(view, Semid.otime, set.operatedAt);
    set64(view, Semid.ctime, set.changedAt);
    set64(view, Semid.nsems, set.values.length);
  },
  set(_thread, set, view) {
    set.setPermissions(view);
    return 0;
  },
  remove(set) {
    set.kernel.sysvIpc.semaphores.remove(set);
    set.dissolve();
  },
};

function control(
  thread: Thread,
  set: SemaphoreSet,
  number: number,
  command: number,
  argument: number,
): Result {
  const mayRead = set.permits(thread.credentials, MAY_READ);
  switch (command) {
    case GETALL:
      return mayRead ? writeValues(thread, set, argument) : fail(Errno.EACCES);
    case SETALL:
      return set.permits(thread.credentials, MAY_WRITE)
        ? setValues(thread, set, argument)
        : fail(Errno.EACCES);
    case SETVAL: {
      const value = argument | 0;
      if (number < 0 || number >= set.values.length) return fail(Errno.EINVAL);
      if (!set.permits(thread.credentials, MAY_WRITE)) return fail(Errno.EACCES);
      set.setValue(thread, number, value);
      return 0;
    }
    case GETVAL:
    case GETPID:
    case GETNCNT:
    case GETZCNT:
      if (!mayRead) return fail(Errno.EACCES);
      if (number < 0 || number >= set.values.length) return fail(Errno.EINVAL);
      if (command === GETVAL) return set.values[number] ?? 0;
      if (command === GETPID) return set.pids[number] ?? 0;
      return set.countWaiters(number, command === GETZCNT);
    default:
      return controlObject(CONTROL, thread, set, command, argument);
  }
}

function writeInfo(thread: Thread, isUsage: boolean, address: number): Result {
  const { semaphores } = thread.kernel.sysvIpc;
  let total = 0;
  for (const set of semaphores.objects) total += set.values.length;
  const usz = isUsage ? semaphores.count : SEMUSZ;
  const aem = isUsage ? total : SEMVMX;
  // semmap, semmni, semmns, semmnu, semmsl, semopm, semume, semusz, semvmx, semaem
  const fields = [SEMMNS, SEMMNI, SEMMNS, SEMMNS, SEMMSL, SEMOPM, SEMOPM, usz, SEMVMX, aem];
  const buffer = new StructBuffer(4 * fields.length);
  for (const [i, field] of fields.entries()) set32(buffer.view, 4 * i, field);
  const written = writeStruct(thread, address, buffer);
  return written < 0 ? written : semaphores.highestIndex;
}

function writeValues(thread: Thread, set: SemaphoreSet, address: number): Result {
  const buffer = new StructBuffer(2 * set.values.length);
  for (const [i, value] of set.values.entries()) buffer.view.setUint16(2 * i, value, true);
  return writeStruct(thread, address, buffer);
}

function setValues(thread: Thread, set: SemaphoreSet, address: number): Result {
  const view = readStruct(thread, address, 2 * set.values.length);
  if (view === undefined) return fail(Errno.EFAULT);
  const values = set.values.map((_, i) => view.getUint16(2 * i, true));
  if (values.some((value) => value > SEMVMX)) return fail(Errno.ERANGE);
  for (const [i, value] of values.entries()) set.setValue(thread, i, value);
  return 0;
}
