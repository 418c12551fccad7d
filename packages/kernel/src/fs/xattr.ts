// SPDX-License-Identifier: MPL-2.0

import { IN, notifyFile } from "./notify.ts";
import { Errno } from "../abi/errno.ts";
import { ObjectCost } from "../kernel-memory.ts";
import type { Thread } from "../process/thread.ts";
import { fail } from "../result.ts";
import type { Result } from "../result.ts";
import { Capability } from "../security/capabilities.ts";
import {
  areCapabilities,
  FILE_CAPABILITIES,
  shownCapabilities,
} from "../security/file-capabilities.ts";
import { bytesOf } from "./byte-string.ts";
import { mayWriteMount } from "./create.ts";
import { mayAlter } from "./inode-flags.ts";
import type { Inode } from "./inode.ts";
import type { Path } from "./path.ts";
import { checkPermission, dropPrivilegeBits, isOwnerOrCapable, MAY } from "./permission.ts";

/** The largest value (XATTR_SIZE_MAX). */
export const XATTR_SIZE_MAX = 65_536;
/** All names and values of one file together. */
const FILE_TOTAL_MAX = 1_048_576;
const NAMESPACES: readonly string[] = ["user.", "trusted.", "security."];
const XATTR_CREATE = 1;
const XATTR_REPLACE = 2;

/** Whether the caller may use the attribute, and the attribute can be: 0 or an error. */
function mayUse(thread: Thread, inode: Inode, name: string, writes: boolean): Result {
  if (!inode.takesXattrs) return fail(Errno.EOPNOTSUPP, "the file has no attributes");
  const allowed = mayUseNamespace(thread, inode, name, writes);
  if (allowed < 0) return allowed;
  return NAMESPACES.includes(name) && inode.xattrs() !== undefined
    ? fail(Errno.EINVAL, "the attribute has no name behind its namespace")
    : 0;
}

/** xattr(7): who may use which namespace. */
function mayUseNamespace(thread: Thread, inode: Inode, name: string, writes: boolean): Result {
  const alterable = writes ? mayAlter(inode) : 0;
  if (alterable < 0) return alterable;
  const { credentials } = thread;
  const isAdmin = credentials.has(Capability.SYS_ADMIN);
  if (name.startsWith("user.")) {
    if (!inode.isRegular && !inode.isDirectory) {
      return fail(
        writes ? Errno.EPERM : Errno.ENODATA,
        "only files and directories have user attributes",
      );
    }
    if (writes && inode.isDirectory && (inode.mode & 0o1000) !== 0) {
      if (!isOwnerOrCapable(credentials, inode)) {
        return fail(Errno.EPERM, "the directory is sticky");
      }
    }
    return checkPermission(credentials, inode, writes ? MAY.WRITE : MAY.READ);
  }
  if (name.startsWith("system.")) {
    return fail(Errno.EOPNOTSUPP, "there are no access control lists");
  }
  if (name.startsWith("trusted.")) {
    return isAdmin
      ? 0
      : fail(writes ? Errno.EPERM : Errno.ENODATA, "trusted attributes need CAP_SYS_ADMIN");
  }
  if (name === FILE_CAPABILITIES) {
    return !writes || credentials.has(Capability.SETFCAP)
      ? 0
      : fail(Errno.EPERM, "capabilities of files need CAP_SETFCAP");
  }
  if (name.startsWith("security.")) {
    return !writes || isAdmin ? 0 : fail(Errno.EPERM, "security attributes need CAP_SYS_ADMIN");
  }
  const allowed = checkPermission(credentials, inode, writes ? MAY.WRITE : MAY.READ);
  return allowed < 0 ? allowed : fail(Errno.EOPNOTSUPP, "the namespace is unknown");
}

/** What an attribute takes of the kernel's memory. */
export function attributeCost(name: string, value: Uint8Array): number {
  return ObjectCost.ATTRIBUTE + name.length + value.length;
}

export function setXattr(
  thread: Thread,
  path: Path,
  name: string,
  value: Uint8Array,
  setFlags: number,
): Result {
  const { inode } = path;
  const writable = mayWriteMount(path);
  if (writable < 0) {
    return writable;
  }
  // An empty one is taken, as Linux does: execve(2) will say that it has no form.
  if (name === FILE_CAPABILITIES && value.length > 0 && !areCapabilities(value)) {
    return fail(Errno.EINVAL, "the value is none of capabilities(7)");
  }
  const allowed = mayUse(thread, inode, name, true);
  if (allowed < 0) {
    return allowed;
  }
  const attributes = inode.xattrs();
  if (attributes === undefined) {
    return fail(Errno.EOPNOTSUPP);
  }
  const isThere = attributes.has(name);
  if (isThere && (setFlags & XATTR_CREATE) !== 0) {
    return fail(Errno.EEXIST);
  }
  if (!isThere && (setFlags & XATTR_REPLACE) !== 0) {
    return fail(Errno.ENODATA);
  }
  let total = name.length + value.length;
  for (const [other, bytes] of attributes) {
    total += other === name ? 0 : other.length + bytes.length;
  }
  if (total > FILE_TOTAL_MAX) {
    return fail(Errno.ENOSPC, "the attributes of the file are too large");
  }
  const { memory } = thread.kernel;
  if (!memory.charge(attributeCost(name, value))) {
    return fail(Errno.ENOSPC, "the kernel's objects take too much memory");
  }
  const before = attributes.get(name);
  if (before !== undefined) {
    memory.release(attributeCost(name, before));
  }
  attributes.set(name, value);
  const stored = inode.xattrsChanged();
  if (stored < 0) {
    memory.release(attributeCost(name, value));
    if (before === undefined) {
      attributes.delete(name);
    } else {
      memory.chargeAlways(attributeCost(name, before));
      attributes.set(name, before);
    }
    return stored;
  }
  inode.ctime = inode.fs.now();
  notifyFile(path, IN.ATTRIB);
  return 0;
}

export function getXattr(thread: Thread, path: Path, name: string): Uint8Array | Result {
  const allowed = mayUse(thread, path.inode, name, false);
  if (allowed < 0) {
    return allowed;
  }
  const attributes = path.inode.xattrs();
  if (attributes === undefined) {
    return fail(Errno.EOPNOTSUPP);
  }
  const value = attributes.get(name);
  if (value === undefined) {
    return fail(Errno.ENODATA);
  }
  return name === FILE_CAPABILITIES
    ? (shownCapabilities(value) ?? fail(Errno.EINVAL, "the value is none of capabilities(7)"))
    : value;
}

/** The names, each ended by a NUL; trusted ones only for who may read them. */
export function listXattrs(thread: Thread, path: Path): Uint8Array | Result {
  const attributes = path.inode.xattrs() ?? [];
  const isAdmin = thread.credentials.has(Capability.SYS_ADMIN);
  let text = "";
  for (const [name] of attributes) {
    if (isAdmin || !name.startsWith("trusted.")) {
      text += `${name}\0`;
    }
  }
  return bytesOf(text);
}

/** chown(2), and what changes the data: the program gives nobody capabilities any more. */
export function dropFileCapabilities(thread: Thread, inode: Inode): void {
  if (inode.isDirectory || !inode.hasXattr(FILE_CAPABILITIES)) return;
  const value = inode.xattrs()?.get(FILE_CAPABILITIES);
  if (value === undefined) return;
  inode.xattrs()?.delete(FILE_CAPABILITIES);
  thread.kernel.memory.release(attributeCost(FILE_CAPABILITIES, value));
  inode.xattrsChanged();
}

export function removeXattr(thread: Thread, path: Path, name: string): Result {
  const writable = mayWriteMount(path);
  const allowed = writable < 0 ? writable : mayUse(thread, path.inode, name, true);
  if (allowed < 0) {
    return allowed;
  }
  const attributes = path.inode.xattrs();
  if (attributes === undefined) {
    return fail(Errno.EOPNOTSUPP);
  }
  const value = attributes.get(name);
  if (value === undefined) {
    return fail(Errno.ENODATA);
  }
  attributes.delete(name);
  thread.kernel.memory.release(attributeCost(name, value));
  path.inode.ctime = path.inode.fs.now();
  notifyFile(path, IN.ATTRIB);
  return path.inode.xattrsChanged();
}

/** A write or truncation takes set-user-ID, set-group-ID and capabilities away (inode(7)). */
export function dropPrivileges(thread: Thread, inode: Inode): void {
  dropPrivilegeBits(thread.credentials, inode);
  dropFileCapabilities(thread, inode);
}
