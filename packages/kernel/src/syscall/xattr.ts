// SPDX-License-Identifier: MPL-2.0

import { Errno } from "../abi/errno.ts";
import { AT, AT_FDCWD } from "../abi/fcntl.ts";
import type { Path } from "../fs/path.ts";
import { getXattr, listXattrs, removeXattr, setXattr, XATTR_SIZE_MAX } from "../fs/xattr.ts";
import type { Thread } from "../process/thread.ts";
import { fail } from "../result.ts";
import type { Result } from "../result.ts";
import { bufferIn, bufferOut, fd, flags, path, size } from "./args.ts";
import type { Arg } from "./args.ts";
import { defineSyscall } from "./define.ts";
import type { Handler, Syscall } from "./define.ts";
import { readPath } from "./read-path.ts";

const NAME_MAX = 255;
const SetNames = { XATTR_CREATE: 1, XATTR_REPLACE: 2 } as const;

/** How the file is named: by path name, by path name without following a last link, by descriptor. */
type Target = "path" | "link" | "descriptor";

function placeOfTarget(thread: Thread, target: Target, value: number): Path | Result {
  if (target === "descriptor") {
    const file = thread.files.get(value);
    if (file === undefined || file.isPathOnly) return fail(Errno.EBADF);
    return file.attributePlace ?? fail(Errno.EOPNOTSUPP, "the file has no attributes");
  }
  const pathname = readPath(thread, value);
  return typeof pathname === "number"
    ? pathname
    : thread.kernel.vfs.resolve(
        thread,
        AT_FDCWD,
        pathname,
        target === "link" ? AT.SYMLINK_NOFOLLOW : 0,
      );
}

function readName(thread: Thread, address: number): string | Result {
  const text = thread.memory.readCString(address, NAME_MAX + 1);
  if (typeof text === "string") {
    return fail(text === "TooLong" ? Errno.ERANGE : Errno.EFAULT);
  }
  return text.bytes === "" ? fail(Errno.ERANGE, "the name is empty") : text.bytes;
}

/** Copies `bytes` out to a buffer of `room` bytes; a room of 0 asks for the length. */
function copyOut(thread: Thread, bytes: Uint8Array, address: number, room: number): Result {
  if (room === 0) {
    return bytes.length;
  }
  if (bytes.length > room) {
    return fail(Errno.ERANGE, "the buffer is too small");
  }
  return thread.memory.writeBytes(address, bytes, 0, bytes.length) < bytes.length
    ? fail(Errno.EFAULT)
    : bytes.length;
}

function set(target: Target): Handler {
  return (thread, file, nameAddress, valueAddress, length, setFlags) => {
    if ((setFlags & ~3) !== 0) {
      return fail(Errno.EINVAL, "a flag is unknown");
    }
    const name = readName(thread, nameAddress);
    if (typeof name === "number") {
      return name;
    }
    if (length > XATTR_SIZE_MAX) {
      return fail(Errno.E2BIG, "the value is too long");
    }
    const value = new Uint8Array(length);
    if (thread.memory.readBytes(valueAddress, value, 0, length) < length) {
      return fail(Errno.EFAULT);
    }
    const place = placeOfTarget(thread, target, file);
    return typeof place === "number" ? place : setXattr(thread, place, name, value, setFlags);
  };
}

function get(target: Target): Handler {
  return (thread, file, nameAddress, valueAddress, room) => {
    const name = readName(thread, nameAddress);
    if (typeof name === "number") {
      return name;
    }
    const place = placeOfTarget(thread, target, file);
    if (typeof place === "number") {
      return place;
    }
    const value = getXattr(thread, place, name);
    return typeof value === "number" ? value : copyOut(thread, value, valueAddress, room);
  };
}

function list(target: Target): Handler {
  return (thread, file, address, room) => {
    const place = placeOfTarget(thread, target, file);
    if (typeof place === "number") {
      return place;
    }
    const names = listXattrs(thread, place);
    return typeof names === "number" ? names : copyOut(thread, names, address, room);
  };
}

function remove(target: Target): Handler {
  return (thread, file, nameAddress) => {
    const name = readName(thread, nameAddress);
    if (typeof name === "number") {
      return name;
    }
    const place = placeOfTarget(thread, target, file);
    return typeof place === "number" ? place : removeXattr(thread, place, name);
  };
}

const TARGETS: readonly { readonly prefix: string; readonly target: Target; readonly arg: Arg }[] =
  [
    { prefix: "", target: "path", arg: path() },
    { prefix: "l", target: "link", arg: path() },
    { prefix: "f", target: "descriptor", arg: fd() },
  ];

/** The twelve calls of xattr(7): set, get, list and remove, each by path, link and descriptor. */
export const XATTR_SYSCALLS: readonly Syscall[] = TARGETS.flatMap(({ prefix, target, arg }, i) => [
  defineSyscall({
    name: `${prefix}setxattr`,
    number: { x86_64: 188 + i },
    args: [arg, path("name"), bufferIn("value", 3), size("size"), flags("flags", SetNames)],
    support: "full",
    handler: set(target),
  }),
  defineSyscall({
    name: `${prefix}getxattr`,
    number: { x86_64: 191 + i },
    args: [arg, path("name"), bufferOut("value", 3), size("size")],
    support: "full",
    handler: get(target),
  }),
  defineSyscall({
    name: `${prefix}listxattr`,
    number: { x86_64: 194 + i },
    args: [arg, bufferOut("list", 2), size("size")],
    support: "full",
    handler: list(target),
  }),
  defineSyscall({
    name: `${prefix}removexattr`,
    number: { x86_64: 197 + i },
    args: [arg, path("name")],
    support: "full",
    handler: remove(target),
  }),
]);
