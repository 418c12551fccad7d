// SPDX-License-Identifier: MPL-2.0

import { Errno } from "../../abi/errno.ts";
import { AF_UNIX, AF_UNSPEC } from "../../abi/socket.ts";
import type { Thread } from "../../process/thread.ts";
import { fail } from "../../result.ts";
import type { Result } from "../../result.ts";

/** struct sockaddr_un: the family in two bytes, and the name. */
const FAMILY_BYTES = 2;
const ADDRESS_BYTES_MAX = 110;

/**
 * An address of AF_UNIX as a byte string (unix(7)): a path name, a name that starts with a NUL and
 * is in no file system, or "" for none.
 */
export type UnixName = string;

/** The address at `from`; undefined for AF_UNSPEC, -EINVAL for what is none, -EFAULT. */
export function readName(
  thread: Thread,
  from: number,
  length: number,
): UnixName | undefined | Result {
  // Linux copies what may be any family's address first.
  if (length < 0 || length > 128) return fail(Errno.EINVAL, "the address is too long");
  const bytes = new Uint8Array(length);
  if (thread.memory.readBytes(from, bytes, 0, length) < length) return fail(Errno.EFAULT);
  const family = length < FAMILY_BYTES ? -1 : (bytes[0] ?? 0) | ((bytes[1] ?? 0) << 8);
  if (family === AF_UNSPEC) return undefined;
  if (family !== AF_UNIX || length > ADDRESS_BYTES_MAX) {
    return fail(Errno.EINVAL, "the address is none of AF_UNIX");
  }
  const name = String.fromCharCode(...bytes.subarray(FAMILY_BYTES));
  if (name.startsWith("\0") || name === "") return name;
  const end = name.indexOf("\0");
  return end < 0 ? name : name.slice(0, end);
}

/** The address as programs get it: with a NUL behind a path name. */
export function nameBytes(name: UnixName): Uint8Array {
  const text = name === "" || name.startsWith("\0") ? name : `${name}\0`;
  const bytes = new Uint8Array(FAMILY_BYTES + text.length);
  bytes[0] = AF_UNIX;
  for (let i = 0; i < text.length; i++) bytes[FAMILY_BYTES + i] = text.charCodeAt(i);
  return bytes;
}

/** Whether the name is in no file system. */
export function isAbstract(name: UnixName): boolean {
  return name.startsWith("\0");
}
