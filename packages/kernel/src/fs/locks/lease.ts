// SPDX-License-Identifier: MPL-2.0

import { WaitQueue } from "@aster/ostd";
import { Errno } from "../../abi/errno.ts";
import { F_RDLCK, F_UNLCK, F_WRLCK } from "../../abi/fcntl.ts";
import type { Thread } from "../../process/thread.ts";
import { fail } from "../../result.ts";
import type { Result } from "../../result.ts";
import type { AsyncOwner } from "../async-owner.ts";
import type { OpenFile } from "../file.ts";
import type { Inode } from "../inode.ts";

/** How long a holder has until its lease is taken away (/proc/sys/fs/lease-break-time). */
const LEASE_BREAK_NS = 45_000_000_000;
/** si_code and si_band of the signal that a lease is to be given up. */
const POLL_MSG = 3;
const BAND_MSG = 0x441;
const NOT_BREAKING = -1;

/** A lease on a file (fcntl(2), F_SETLEASE): its holder is asked before others open the file. */
export class Lease {
  readonly file: OpenFile;
  readonly owner: AsyncOwner;
  readonly descriptor: number;
  /** F_RDLCK or F_WRLCK. */
  kind: number;
  /** What somebody waits for it to become: F_RDLCK or F_UNLCK. */
  breaksTo: number = NOT_BREAKING;
  deadlineNs: number = Infinity;

  constructor(file: OpenFile, owner: AsyncOwner, descriptor: number, kind: number) {
    this.file = file;
    this.owner = owner;
    this.descriptor = descriptor;
    this.kind = kind;
  }

  get isBreaking(): boolean {
    return this.breaksTo !== NOT_BREAKING;
  }
}

/** The leases on one file, and who waits for them. */
export class Leases {
  readonly held: Set<Lease> = new Set();
  readonly queue: WaitQueue = new WaitQueue();

  of(file: OpenFile): Lease | undefined {
    for (const lease of this.held) if (lease.file === file) return lease;
    return undefined;
  }

  remove(lease: Lease): void {
    this.held.delete(lease);
    this.queue.wakeAll();
  }

  /** The lease becomes F_RDLCK or F_WRLCK, or with F_UNLCK ends, and with it the choice of a signal. */
  change(lease: Lease, kind: number): void {
    if (kind === F_UNLCK) {
      lease.owner.forget();
      this.remove(lease);
      return;
    }
    lease.kind = kind;
    // Who waits for its end goes on waiting.
    if (lease.breaksTo === F_UNLCK) return;
    lease.breaksTo = NOT_BREAKING;
    lease.deadlineNs = Infinity;
    this.queue.wakeAll();
  }
}

/** F_SETLEASE: 0 or an error. */
export function setLease(
  file: OpenFile,
  inode: Inode,
  owner: AsyncOwner,
  descriptor: number,
  kind: number,
): Result {
  const leases = inode.leases;
  const own = leases?.of(file);
  if (kind === F_UNLCK) {
    if (leases === undefined || own === undefined) return fail(Errno.EAGAIN, "there is no lease");
    leases.change(own, F_UNLCK);
    return 0;
  }
  if (kind !== F_RDLCK && kind !== F_WRLCK) return fail(Errno.EINVAL, "no kind of lease");
  for (const other of leases?.held ?? []) {
    if (other !== own && other.breaksTo === F_UNLCK) {
      return fail(Errno.EAGAIN, "another lease is being broken");
    }
  }
  if (kind === F_RDLCK && inode.writeCount > 0) {
    return fail(Errno.EAGAIN, "the file is open for writing");
  }
  if (kind === F_WRLCK && inode.openCount > 1) {
    return fail(Errno.EAGAIN, "the file is open elsewhere");
  }
  if (leases !== undefined && own !== undefined) {
    leases.change(own, kind);
    return 0;
  }
  inode.leases ??= new Leases();
  inode.leases.held.add(new Lease(file, owner, descriptor, kind));
  return 0;
}

/** F_GETLEASE: what the holder has, or is to have. */
export function getLease(file: OpenFile): number {
  const lease = file.inode?.leases?.of(file);
  if (lease === undefined) return F_UNLCK;
  return lease.isBreaking ? lease.breaksTo : lease.kind;
}

/**
 * The file is about to be opened or truncated: holders of leases against that are told, and get
 * time to give them up. 0 when nothing stands against it; BLOCKED until then.
 */
export function breakLeases(
  thread: Thread,
  inode: Inode,
  writes: boolean,
  nonBlocking: boolean,
): Result {
  const { leases } = inode;
  if (leases === undefined || leases.held.size === 0) return 0;
  const now = thread.kernel.clock.monotonicNs();
  let deadline = Infinity;
  for (const lease of [...leases.held]) {
    if (lease.kind === F_RDLCK && !writes) continue;
    const target = writes ? F_UNLCK : F_RDLCK;
    if (now >= lease.deadlineNs) {
      leases.change(lease, lease.breaksTo);
      continue;
    }
    if (!lease.isBreaking || lease.breaksTo !== target) {
      if (!lease.isBreaking) {
        lease.deadlineNs = now + LEASE_BREAK_NS;
        lease.owner.tell(POLL_MSG, BAND_MSG, lease.descriptor);
      }
      if (lease.breaksTo !== F_UNLCK) lease.breaksTo = target;
    }
    deadline = Math.min(deadline, lease.deadlineNs);
  }
  if (deadline === Infinity) return 0;
  if (nonBlocking) return fail(Errno.EAGAIN, "a lease is being broken");
  return thread.block(leases.queue, deadline);
}
