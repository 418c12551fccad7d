// SPDX-License-Identifier: MPL-2.0

import { Errno } from "../abi/errno.ts";
import { ObjectCost } from "../kernel-memory.ts";
import type { KernelMemory } from "../kernel-memory.ts";
import type { Thread } from "../process/thread.ts";
import { fail } from "../result.ts";
import type { Result } from "../result.ts";
import type { OpenFile } from "./file.ts";

/** The descriptors of a process, or of several that share them (CLONE_FILES). */
export class FileTable {
  private readonly memory: KernelMemory | undefined;
  private readonly files: (OpenFile | undefined)[] = [];
  private readonly closeOnExecFlags: boolean[] = [];
  /** No descriptor below this one is free. */
  private lowestFree = 0;
  /** Threads that share the table. */
  private users = 1;

  /** `memory` is charged for the descriptors. */
  constructor(memory?: KernelMemory) {
    this.memory = memory;
  }

  /** The open file at `fd`, or undefined (EBADF). */
  get(fd: number): OpenFile | undefined {
    return fd >= 0 && fd < this.files.length ? this.files[fd] : undefined;
  }

  /** One past the highest descriptor ever used. */
  get length(): number {
    return this.files.length;
  }

  /**
   * Gives `file` the lowest free descriptor that is at least `minFd` and below `limit`
   * (RLIMIT_NOFILE). The table takes over the caller's reference, on success only.
   * Returns the descriptor, or -EMFILE.
   */
  install(file: OpenFile, closeOnExec: boolean, limit: number, minFd = 0): Result {
    let fd = minFd > this.lowestFree ? minFd : this.lowestFree;
    while (fd < this.files.length && this.files[fd] !== undefined) {
      fd++;
    }
    if (fd >= limit) {
      return fail(Errno.EMFILE, "the limit on open files has been reached");
    }
    if (fd >= this.files.length && this.memory?.isExhausted === true) {
      return fail(Errno.ENOMEM, "the kernel's objects take too much memory");
    }
    if (minFd <= this.lowestFree) {
      this.lowestFree = fd + 1;
    }
    this.place(fd, file, closeOnExec);
    return fd;
  }

  /** Puts `file` at `fd` (dup2), whose old file the caller has closed. Takes over the reference. */
  place(fd: number, file: OpenFile, closeOnExec: boolean): void {
    if (fd >= this.files.length) {
      this.memory?.chargeAlways((fd + 1 - this.files.length) * ObjectCost.DESCRIPTOR);
    }
    while (this.files.length < fd) {
      this.files.push(undefined);
      this.closeOnExecFlags.push(false);
    }
    this.files[fd] = file;
    this.closeOnExecFlags[fd] = closeOnExec;
  }

  /** close(2). */
  close(thread: Thread, fd: number): Result {
    const file = this.get(fd);
    if (file === undefined) {
      return fail(Errno.EBADF);
    }
    this.files[fd] = undefined;
    if (fd < this.lowestFree) {
      this.lowestFree = fd;
    }
    return closeDescription(thread, this, file);
  }

  isCloseOnExec(fd: number): boolean {
    return this.closeOnExecFlags[fd] === true;
  }
  setCloseOnExec(fd: number, closeOnExec: boolean): void {
    if (this.get(fd) !== undefined) {
      this.closeOnExecFlags[fd] = closeOnExec;
    }
  }

  /** execve(2): closes what is marked so. The table must not be shared any more. */
  closeOnExec(thread: Thread): void {
    for (let fd = 0; fd < this.files.length; fd++) {
      if (this.files[fd] !== undefined && this.closeOnExecFlags[fd] === true) {
        this.close(thread, fd);
      }
    }
  }

  /** fork(2): a table of its own with the same open files. */
  clone(): FileTable {
    const copy = new FileTable(this.memory);
    this.memory?.chargeAlways(this.files.length * ObjectCost.DESCRIPTOR);
    for (let fd = 0; fd < this.files.length; fd++) {
      copy.files.push(this.files[fd]?.retain());
      copy.closeOnExecFlags.push(this.closeOnExecFlags[fd] === true);
    }
    copy.lowestFree = this.lowestFree;
    return copy;
  }

  /** clone(2) with CLONE_FILES: one more thread uses this table. */
  share(): this {
    this.users++;
    return this;
  }
  get isShared(): boolean {
    return this.users > 1;
  }
  /** A thread ends or takes another table; the last one closes everything. */
  release(thread: Thread): void {
    this.users--;
    if (this.users === 0) {
      for (let fd = 0; fd < this.files.length; fd++) {
        this.close(thread, fd);
      }
      this.memory?.release(this.files.length * ObjectCost.DESCRIPTOR);
    }
  }
}

function closeDescription(thread: Thread, table: FileTable, file: OpenFile): Result {
  if (file.directoryWatch?.table === table) file.endDirectoryWatch();
  // fcntl(2): closing any descriptor of a file gives up all record locks of the process on it.
  (file.inode ?? file).locks?.releaseOwner(table);
  const result = file.flush(thread);
  file.release();
  return result;
}
