// SPDX-License-Identifier: MPL-2.0

import { Errno } from "../abi/errno.ts";
import { nameBytes } from "../net/unix/address.ts";
import type { UnixName } from "../net/unix/address.ts";
import type { Thread } from "../process/thread.ts";
import { fail } from "../result.ts";
import type { Result } from "../result.ts";

/** Writes `bytes`, cut to the length at `lengthAddress`, which gets the whole length or that. */
export function giveBytes(
  thread: Thread,
  to: number,
  lengthAddress: number,
  bytes: Uint8Array,
  tellsWhole: boolean,
): Result {
  const { memory } = thread;
  const room = memory.readU32(lengthAddress);
  if (room < 0) return fail(Errno.EFAULT);
  if ((room | 0) < 0) return fail(Errno.EINVAL);
  const count = Math.min(room, bytes.length);
  if (memory.writeBytes(to, bytes, 0, count) < count) return fail(Errno.EFAULT);
  const told = tellsWhole ? bytes.length : count;
  return memory.writeU32(lengthAddress, told) ? 0 : fail(Errno.EFAULT);
}

/** Tells the address of a socket, or the family alone where it has no name. */
export function giveName(
  thread: Thread,
  to: number,
  lengthAddress: number,
  name: UnixName,
): Result {
  return giveBytes(thread, to, lengthAddress, nameBytes(name), true);
}
