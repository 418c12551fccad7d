// SPDX-License-Identifier: MPL-2.0

import { Errno } from "../abi/errno.ts";
import { MAY_READ, MAY_WRITE } from "../ipc/sysv/ipc-object.ts";
import { SEMMNS, SEMMSL, SEMOPM, SemaphoreSet, SemaphoreWaiter } from "../ipc/sysv/semaphores.ts";
import type { SemaphoreOperation } from "../ipc/sysv/semaphores.ts";
import type { Thread } from "../process/thread.ts";
import { fail } from "../result.ts";
import type { Result } from "../result.ts";
import { address, flags, hex32, int, size } from "./args.ts";
import { defineSyscall } from "./define.ts";
import type { Syscall } from "./define.ts";
import { IpcFlagNames } from "./ipc-names.ts";
import { readStruct, readTimespec } from "./user-struct.ts";

/** struct sembuf: number, change, flags. */
const SEMBUF_BYTES = 6;

/** semget(2). */
export const semget: Syscall = defineSyscall({
  name: "semget",
  number: { x86_64: 64 },
  args: [hex32("key"), int("nsems"), flags("semflg", IpcFlagNames)],
  support: "full",
  handler(thread, keyBits, count, getFlags) {
    const key = keyBits | 0;
    if (count < 0 || count > SEMMSL) return fail(Errno.EINVAL, "the count is out of range");
    const { semaphores } = thread.kernel.sysvIpc;
    const isLarge = (set: SemaphoreSet): boolean => count <= set.values.length;
    const found = semaphores.lookup(thread, key, getFlags, isLarge);
    if (typeof found === "number") return found;
    if (found !== undefined) return found.id;
    if (count === 0) return fail(Errno.EINVAL, "a set has at least one semaphore");
    let total = count;
    for (const set of semaphores.objects) total += set.values.length;
    if (total > SEMMNS || thread.kernel.memory.isExhausted) return fail(Errno.ENOSPC);
    return semaphores.add(new SemaphoreSet(thread, semaphores.takeId(), key, getFlags, count));
  },
});

function operate(
  thread: Thread,
  id: number,
  operationsAddress: number,
  count: number,
  timeoutAddress: number,
): Result {
  const { restart } = thread;
  const isTimed = timeoutAddress !== 0 && !restart.entered;
  const timeout = isTimed ? readTimespec(thread, timeoutAddress) : 0;
  if (timeout === -Errno.EFAULT) return timeout;
  if (count > SEMOPM) return fail(Errno.E2BIG);
  if (count < 1) return fail(Errno.EINVAL, "there is no operation");
  const operations = readOperations(thread, operationsAddress, count);
  if (typeof operations === "number") return operations;
  if (id < 0) return fail(Errno.EINVAL, "there is no such set");
  if (timeout < 0) return timeout;
  if (isTimed) restart.deadlineNs = thread.kernel.clock.monotonicNs() + timeout;
  const waiter = restart.data;
  const set =
    waiter instanceof SemaphoreWaiter ? waiter.set : thread.kernel.sysvIpc.semaphores.find(id);
  if (set === undefined) return fail(Errno.EINVAL, "there is no such set");
  if (set.isRemoved) return fail(Errno.EIDRM);
  if (operations.some(({ number }) => number >= set.values.length)) return fail(Errno.EFBIG);
  const alters = operations.some(({ change }) => change !== 0);
  if (!set.permits(thread.credentials, alters ? MAY_WRITE : MAY_READ)) return fail(Errno.EACCES);
  if (restart.timedOut) return fail(Errno.EAGAIN, "the time has run out");
  return set.operate(thread, operations);
}

function readOperations(
  thread: Thread,
  address: number,
  count: number,
): SemaphoreOperation[] | Result {
  const view = readStruct(thread, address, count * SEMBUF_BYTES);
  if (view === undefined) return fail(Errno.EFAULT);
  const operations: SemaphoreOperation[] = [];
  for (let at = 0; at < count * SEMBUF_BYTES; at += SEMBUF_BYTES) {
    operations.push({
      number: view.getUint16(at, true),
      change: view.getInt16(at + 2, true),
      flags: view.getUint16(at + 4, true),
    });
  }
  return operations;
}

/** semop(2). */
export const semop: Syscall = defineSyscall({
  name: "semop",
  number: { x86_64: 65 },
  args: [int("semid"), address("sops"), size("nsops")],
  support: "full",
  handler: (thread, id, operations, count) => operate(thread, id, operations, count, 0),
});

/** semtimedop(2). */
export const semtimedop: Syscall = defineSyscall({
  name: "semtimedop",
  number: { x86_64: 220 },
  args: [int("semid"), address("sops"), size("nsops"), address("timeout")],
  support: "full",
  handler: operate,
});
