// SPDX-License-Identifier: MPL-2.0

import { Errno } from "../../abi/errno.ts";
import { getU32, set32 } from "../../abi/layout.ts";
import type { Kernel } from "../../kernel.ts";
import type { Credentials } from "../../process/credentials.ts";
import type { Thread } from "../../process/thread.ts";
import { fail } from "../../result.ts";
import type { Result } from "../../result.ts";
import { Capability } from "../../security/capabilities.ts";

export const IPC_PRIVATE = 0;
export const IPC_CREAT = 0o1000;
export const IPC_EXCL = 0o2000;
export const IPC_NOWAIT = 0o4000;

/** Commands that semctl(2), shmctl(2) and msgctl(2) share. */
export const IPC_RMID = 0;
export const IPC_SET = 1;
export const IPC_STAT = 2;
export const IPC_INFO = 3;

/** Permissions as one digit of a mode. */
export const MAY_READ = 4;
export const MAY_WRITE = 2;

/** struct ipc64_perm on x86-64. */
export const IPC_PERM_BYTES = 48;
const Perm = { key: 0, uid: 4, gid: 8, cuid: 12, cgid: 16, mode: 20, seq: 24 } as const;

/** A semaphore set, shared memory segment or message queue: what sysvipc(7) says of all of them. */
export abstract class IpcObject {
  readonly kernel: Kernel;
  readonly id: number;
  /** IPC_PRIVATE once it can not be found by its key any more. */
  key: number;
  uid: number;
  gid: number;
  readonly creatorUid: number;
  readonly creatorGid: number;
  /** The nine permission bits. */
  mode: number;
  /** Seconds since 1970 of the last change by its `ctl` call. */
  changedAt: number;
  isRemoved = false;

  constructor(thread: Thread, id: number, key: number, flags: number) {
    this.kernel = thread.kernel;
    this.id = id;
    this.key = key;
    this.uid = this.creatorUid = thread.credentials.euid;
    this.gid = this.creatorGid = thread.credentials.egid;
    this.mode = flags & 0o777;
    this.changedAt = this.now();
  }

  /** Seconds since 1970. */
  now(): number {
    return this.kernel.vfs.now().seconds;
  }

  /** Mode bits that tell of the object's state. */
  get stateBits(): number {
    return 0;
  }

  /** Whether all of `wanted`, a mode's last digit, is granted (sysvipc(7)). */
  permits(credentials: Credentials, wanted: number): boolean {
    const { mode } = this;
    const isOwner = credentials.euid === this.uid || credentials.euid === this.creatorUid;
    const inGroup =
      credentials.inEffectiveGroup(this.gid) || credentials.inEffectiveGroup(this.creatorGid);
    const granted = isOwner ? mode >> 6 : inGroup ? mode >> 3 : mode;
    return (wanted & ~granted & 7) === 0 || credentials.has(Capability.IPC_OWNER);
  }

  /** Whether the caller may change owner and mode, and remove the object. */
  mayControl({ credentials }: Thread): boolean {
    return (
      credentials.euid === this.uid ||
      credentials.euid === this.creatorUid ||
      credentials.has(Capability.SYS_ADMIN)
    );
  }

  writePermissions(view: DataView): void {
    set32(view, Perm.key, this.key);
    set32(view, Perm.uid, this.uid);
    set32(view, Perm.gid, this.gid);
    set32(view, Perm.cuid, this.creatorUid);
    set32(view, Perm.cgid, this.creatorGid);
    set32(view, Perm.mode, this.mode | this.stateBits);
    set32(view, Perm.seq, this.id >>> INDEX_BITS);
  }

  /** IPC_SET: what stands in the caller's structure. */
  setPermissions(view: DataView): void {
    this.uid = getU32(view, Perm.uid);
    this.gid = getU32(view, Perm.gid);
    this.mode = getU32(view, Perm.mode) & 0o777;
    this.changedAt = this.now();
  }
}

/** An id is an index and, above it, how often the index was used before. */
const INDEX_BITS = 15;
const SEQUENCE_MAX = 0xffff;

/** All objects of one kind. */
export class IpcTable<T extends IpcObject> {
  private readonly byIndex = new Map<number, T>();
  private readonly maxObjects: number;
  private sequence = 0;
  private lastIndex = -1;

  constructor(maxObjects: number) {
    this.maxObjects = maxObjects;
  }

  get count(): number {
    return this.byIndex.size;
  }
  get objects(): Iterable<T> {
    return this.byIndex.values();
  }
  /** The highest index in use, as *_INFO answer; 0 without any. */
  get highestIndex(): number {
    return Math.max(0, ...this.byIndex.keys());
  }

  find(id: number): T | undefined {
    const object = this.byIndex.get(id & ((1 << INDEX_BITS) - 1));
    return object?.id === id ? object : undefined;
  }

  /** By index alone, as SEM_STAT and its kin ask; what an id has above it is not looked at. */
  at(index: number): T | undefined {
    return this.byIndex.get(index & ((1 << INDEX_BITS) - 1));
  }

  /**
   * The object with `key`; undefined where one has to be made, or an error. `isLarge` tells whether
   * the object that is there has the size which was asked for (EINVAL); rights are looked at after.
   */
  lookup(
    thread: Thread,
    key: number,
    flags: number,
    isLarge?: (object: T) => boolean,
  ): T | undefined | Result {
    const found = key === IPC_PRIVATE ? undefined : this.byKey(key);
    if (found === undefined) {
      if (key !== IPC_PRIVATE && (flags & IPC_CREAT) === 0) return fail(Errno.ENOENT);
      return this.byIndex.size < this.maxObjects
        ? undefined
        : fail(Errno.ENOSPC, "there are too many objects of the kind");
    }
    if ((flags & IPC_CREAT) !== 0 && (flags & IPC_EXCL) !== 0) return fail(Errno.EEXIST);
    if (isLarge !== undefined && !isLarge(found)) {
      return fail(Errno.EINVAL, "the object that is there is smaller");
    }
    const wanted = ((flags >> 6) | (flags >> 3) | flags) & 7;
    return found.permits(thread.credentials, wanted) ? found : fail(Errno.EACCES);
  }

  /** The id of an object that is about to be made. */
  takeId(): number {
    // Numbers go up, so that an id is not used again soon after its object has gone.
    let index = this.lastIndex + 1;
    if (index >= this.maxObjects || this.byIndex.has(index)) {
      index = 0;
      while (this.byIndex.has(index)) index++;
    }
    if (index <= this.lastIndex) this.sequence = (this.sequence + 1) & SEQUENCE_MAX;
    this.lastIndex = index;
    return this.sequence * (1 << INDEX_BITS) + index;
  }

  add(object: T): number {
    this.byIndex.set(object.id & ((1 << INDEX_BITS) - 1), object);
    return object.id;
  }

  remove(object: T): void {
    object.isRemoved = true;
    this.byIndex.delete(object.id & ((1 << INDEX_BITS) - 1));
  }

  private byKey(key: number): T | undefined {
    for (const object of this.byIndex.values()) if (object.key === key) return object;
    return undefined;
  }
}
