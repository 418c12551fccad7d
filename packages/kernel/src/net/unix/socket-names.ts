// SPDX-License-Identifier: MPL-2.0

import { AT_FDCWD } from "../../abi/fcntl.ts";
import { Errno } from "../../abi/errno.ts";
import { S } from "../../abi/stat.ts";
import { makeSpecial } from "../../fs/create.ts";
import type { Path } from "../../fs/path.ts";
import { checkPermission, MAY } from "../../fs/permission.ts";
import type { Thread } from "../../process/thread.ts";
import { BLOCKED, fail } from "../../result.ts";
import type { Result } from "../../result.ts";
import { isAbstract } from "./address.ts";
import type { UnixName } from "./address.ts";
import type { UnixSocket } from "./socket.ts";

/** How many names autobind has: five hexadecimal digits. */
const AUTOMATIC_NAMES = 0x10_0000;

/** The sockets whose names are in no file system (unix(7), "abstract"). */
export class SocketNames {
  /** By type and name: sockets of several types may share one. */
  private readonly sockets: Map<string, UnixSocket> = new Map();
  private nextAutomatic = 0;

  find(type: number, name: UnixName): UnixSocket | undefined {
    return this.sockets.get(keyOf(type, name));
  }
  add(name: UnixName, socket: UnixSocket): void {
    socket.name = name;
    this.sockets.set(keyOf(socket.type, name), socket);
  }
  /** `socket` has ended: its name is free, or names a file that nobody answers behind. */
  leave(socket: UnixSocket): void {
    socket.place?.leave();
    socket.place = undefined;
    const key = keyOf(socket.type, socket.name);
    if (this.sockets.get(key) === socket) this.sockets.delete(key);
  }

  /** unix(7), "Autobind feature": a name that nobody has, for who has none. */
  bindAutomatically(socket: UnixSocket): Result {
    if (socket.name !== "") return 0;
    const name = this.freeName(socket.type);
    if (name === undefined) return fail(Errno.ENOSPC, "all names are taken");
    this.add(name, socket);
    return 0;
  }

  private freeName(type: number): UnixName | undefined {
    for (let tried = 0; tried < AUTOMATIC_NAMES; tried++) {
      const number = this.nextAutomatic++ % AUTOMATIC_NAMES;
      const name = `\0${number.toString(16).padStart(5, "0")}`;
      if (this.find(type, name) === undefined) return name;
    }
    return undefined;
  }
}

function keyOf(type: number, name: UnixName): string {
  return `${type}${name}`;
}

/** Makes the file that stands for a socket; BLOCKED while a disk is waited for. */
export function makeSocketFile(thread: Thread, name: UnixName): Path | Result {
  const { vfs } = thread.kernel;
  const mode = S.IFSOCK | 0o777;
  const made = makeSpecial(vfs, thread, AT_FDCWD, name, mode, 0);
  if (made === -Errno.EEXIST) return fail(Errno.EADDRINUSE, "there is a file of that name");
  if (made < 0 || made === BLOCKED) return made;
  return vfs.resolve(thread, AT_FDCWD, name, 0);
}

/** The socket that `name` stands for, which the caller may write to. */
export function findSocket(thread: Thread, type: number, name: UnixName): UnixSocket | Result {
  const { socketNames, vfs } = thread.kernel;
  const refused = "nobody is bound to the name";
  if (name === "") return fail(Errno.EINVAL, "the address has no name");
  if (isAbstract(name)) return socketNames.find(type, name) ?? fail(Errno.ECONNREFUSED, refused);
  const path = vfs.resolve(thread, AT_FDCWD, name, 0);
  if (typeof path === "number") return path;
  const { inode } = path;
  const allowed = checkPermission(thread.credentials, inode, MAY.WRITE);
  if (allowed < 0) return allowed;
  const found = inode.boundSocket;
  if (found === undefined) return fail(Errno.ECONNREFUSED, refused);
  return found.type === type ? found : fail(Errno.EPROTOTYPE, "the socket is of another type");
}
