// SPDX-License-Identifier: MPL-2.0

import type { VmReader, VmWriter } from "@aster/ostd";
import { Errno } from "../abi/errno.ts";
import { O } from "../abi/fcntl.ts";
import { POLLHUP, POLL_READABLE } from "../abi/poll.ts";
import { AnonymousFile } from "../fs/anonymous-file.ts";
import type { OpenFile } from "../fs/file.ts";
import { SharedInode } from "../fs/nameless-fs.ts";
import type { Path } from "../fs/path.ts";
import type { PollQueue } from "../fs/poll-queue.ts";
import { ProcessDirectory } from "../fs/procfs/process-directory.ts";
import { fail } from "../result.ts";
import type { Result } from "../result.ts";
import type { Process } from "./process.ts";
import type { Thread } from "./thread.ts";

/** A process, or with PIDFD_THREAD one thread, as a file (pidfd_open(2)). */
export class PidFile extends AnonymousFile {
  readonly process: Process;
  /** Set for a file of a single thread. */
  readonly thread: Thread | undefined;

  constructor(process: Process, thread: Thread | undefined, statusFlags: number) {
    super(process.kernel, O.RDWR | statusFlags, "[pidfd]");
    this.process = process;
    this.thread = thread;
  }

  override get attributePlace(): Path {
    const { process } = this;
    const { processes } = process.kernel.vfs;
    process.pidInode ??= processes.pathOf("pidfd", new PidInode(process));
    return process.pidInode;
  }

  /** The process, or undefined once it has been waited for. */
  get living(): Process | undefined {
    const { process } = this;
    return process.kernel.processes.get(process.pid) === process ? process : undefined;
  }

  read(_thread: Thread, _writer: VmWriter): Result {
    return fail(Errno.EINVAL, "a pidfd has nothing to read");
  }
  write(_thread: Thread, _reader: VmReader): Result {
    return fail(Errno.EINVAL, "a pidfd can not be written");
  }

  override poll(thread: Thread | undefined, events: number): number {
    const hasEnded = this.thread?.hasExited ?? this.process.isZombie;
    const isGone = this.living === undefined;
    const ready = (hasEnded || isGone ? POLL_READABLE : 0) | (isGone ? POLLHUP : 0);
    const told = ready & (events | POLLHUP);
    if (told === 0 && thread !== undefined) thread.blockMore(this.process.pidfdQueue);
    return told;
  }

  override pollQueues(): readonly PollQueue[] {
    return [this.process.pidfdQueue];
  }

  override fdinfo(): string {
    const pid = this.living === undefined ? -1 : (this.thread?.tid ?? this.process.pid);
    return `Pid:\t${pid}\nNSpid:\t${pid}\n`;
  }
}

/** What all files of one process show: its number tells processes apart for ever. */
class PidInode extends SharedInode {
  private readonly process: Process;

  constructor(process: Process) {
    super(process.kernel.vfs.processes, 0o700);
    this.process = process;
  }

  override get takesXattrs(): boolean {
    return false;
  }

  /** By /proc/PID/fd. */
  override open(_thread: Thread, _path: Path, flags: number): OpenFile {
    return new PidFile(this.process, undefined, flags & O.NONBLOCK);
  }
}

/** The process that a descriptor names: a pidfd, or for signals a directory /proc/PID. */
export function processOfFile(file: OpenFile): Process | undefined {
  if (file instanceof PidFile) return file.process;
  const { inode } = file;
  return inode instanceof ProcessDirectory ? inode.process : undefined;
}
