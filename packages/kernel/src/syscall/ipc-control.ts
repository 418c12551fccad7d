// SPDX-License-Identifier: MPL-2.0

import { Errno } from "../abi/errno.ts";
import { StructBuffer } from "../abi/layout.ts";
import { IPC_RMID, IPC_STAT, MAY_READ } from "../ipc/sysv/ipc-object.ts";
import type { IpcObject, IpcTable } from "../ipc/sysv/ipc-object.ts";
import type { Kernel } from "../kernel.ts";
import type { Thread } from "../process/thread.ts";
import { fail } from "../result.ts";
import type { Result } from "../result.ts";
import { writeStruct } from "./user-struct.ts";

/** What msgctl(2), semctl(2) and shmctl(2) do in the same way, with what differs between them. */
export interface IpcControl<T extends IpcObject> {
  /** Size of the structure that IPC_STAT writes; it starts with struct ipc64_perm. */
  readonly statBytes: number;
  /** How much of it IPC_SET reads. */
  readonly setBytes: number;
  tableOf(kernel: Kernel): IpcTable<T>;
  /** Writes what stands behind the permissions. */
  fillStat(object: T, view: DataView): void;
  /** IPC_SET by somebody who may. */
  set(thread: Thread, object: T, view: DataView): Result;
  /** IPC_RMID by somebody who may. */
  remove(object: T): void;
}

/** MSG_STAT and its kin: the id of what stands at `index`; `isAny` asks for no permission. */
export function statAtIndex<T extends IpcObject>(
  control: IpcControl<T>,
  thread: Thread,
  index: number,
  address: number,
  isAny: boolean,
): Result {
  const object = control.tableOf(thread.kernel).at(index);
  if (object === undefined) return fail(Errno.EINVAL);
  if (!isAny && !object.permits(thread.credentials, MAY_READ)) return fail(Errno.EACCES);
  const written = writeStat(control, thread, object, address);
  return written < 0 ? written : object.id;
}

/** IPC_SET: what is to be set is read before the object is looked for. */
export function setObject<T extends IpcObject>(
  control: IpcControl<T>,
  thread: Thread,
  object: T | undefined,
  view: DataView,
): Result {
  if (object === undefined) return fail(Errno.EINVAL, "there is no such object");
  return object.mayControl(thread) ? control.set(thread, object, view) : fail(Errno.EPERM);
}

/** IPC_STAT and IPC_RMID; EINVAL for any other command. */
export function controlObject<T extends IpcObject>(
  control: IpcControl<T>,
  thread: Thread,
  object: T,
  command: number,
  address: number,
): Result {
  switch (command) {
    case IPC_STAT:
      return object.permits(thread.credentials, MAY_READ)
        ? writeStat(control, thread, object, address)
        : fail(Errno.EACCES);
    case IPC_RMID:
      if (!object.mayControl(thread)) return fail(Errno.EPERM);
      control.remove(object);
      return 0;
    default:
      return fail(Errno.EINVAL, "the command is unknown");
  }
}

function writeStat<T extends IpcObject>(
  control: IpcControl<T>,
  thread: Thread,
  object: T,
  address: number,
): Result {
  const buffer = new StructBuffer(control.statBytes);
  object.writePermissions(buffer.view);
  control.fillStat(object, buffer.view);
  return writeStruct(thread, address, buffer);
}
