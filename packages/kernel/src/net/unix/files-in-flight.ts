// SPDX-License-Identifier: MPL-2.0

import { Errno } from "../../abi/errno.ts";
import type { OpenFile } from "../../fs/file.ts";
import { ObjectCost } from "../../kernel-memory.ts";
import type { KernelMemory } from "../../kernel-memory.ts";
import { fail } from "../../result.ts";
import type { Result } from "../../result.ts";
import { PassedFiles } from "./passed-files.ts";
import { UnixSocket } from "./socket.ts";

/**
 * The open files that are on their way in messages (SCM_RIGHTS, unix(7)). Sockets can be in each
 * other's queues, held by nothing else; such rings are found and taken apart here.
 */
export class FilesInFlight {
  private readonly memory: KernelMemory;
  /** How many each user has on their way. */
  private readonly countOfUser: Map<number, number> = new Map();
  /** To be released: one by one, because a file that ends may give up others, to any depth. */
  private readonly leaving: OpenFile[] = [];
  private isReleasing = false;

  constructor(memory: KernelMemory) {
    this.memory = memory;
  }

  /** How many files the user with that id has on their way. */
  countOf(uid: number): number {
    return this.countOfUser.get(uid) ?? 0;
  }

  /** Holds `files` for a message of that user to `receiver`; -ENOBUFS without memory. */
  depart(files: readonly OpenFile[], uid: number, receiver: UnixSocket): PassedFiles | Result {
    if (!this.memory.charge(files.length * ObjectCost.DESCRIPTOR)) return fail(Errno.ENOBUFS);
    this.countOfUser.set(uid, this.countOf(uid) + files.length);
    for (const file of files) {
      file.retain();
      if (file instanceof UnixSocket) file.enterQueue(receiver);
    }
    return new PassedFiles(files, uid, receiver);
  }

  /** They have been received: the caller takes over what the message held. */
  arrive({ files, uid, receiver }: PassedFiles): void {
    this.memory.release(files.length * ObjectCost.DESCRIPTOR);
    const left = this.countOf(uid) - files.length;
    if (left === 0) this.countOfUser.delete(uid);
    else this.countOfUser.set(uid, left);
    for (const file of files) {
      if (file instanceof UnixSocket) file.leaveQueue(receiver);
    }
  }

  /** Nobody will receive them. */
  drop(passed: PassedFiles): void {
    this.arrive(passed);
    for (const file of passed.files) this.leaving.push(file);
    if (this.isReleasing) return;
    this.isReleasing = true;
    for (let file = this.leaving.pop(); file !== undefined; file = this.leaving.pop()) {
      file.release();
    }
    this.isReleasing = false;
  }

  /**
   * Ends `socket`, which messages alone hold, unless a program can still receive it: unless, that
   * is, it is in the queue of a socket that something else holds, or that is in such a queue
   * itself, and so on.
   */
  endIfLost(socket: UnixSocket): void {
    // The set grows while it is walked, and the walk comes to what is added.
    const lost = new Set([socket]);
    for (const { isHeldByMessagesOnly, receivers } of lost) {
      if (!isHeldByMessagesOnly) return;
      for (const receiver of receivers) lost.add(receiver);
    }
    for (const { incoming } of lost) incoming.clear();
  }
}
