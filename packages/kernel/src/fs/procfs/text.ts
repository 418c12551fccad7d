// SPDX-License-Identifier: MPL-2.0

import { VmReader } from "@aster/ostd";
import type { VmWriter } from "@aster/ostd";
import { Errno } from "../../abi/errno.ts";
import { O, SEEK } from "../../abi/fcntl.ts";
import { S } from "../../abi/stat.ts";
import type { Process } from "../../process/process.ts";
import type { Thread } from "../../process/thread.ts";
import { fail } from "../../result.ts";
import type { Result } from "../../result.ts";
import { bytesOf, byteString } from "../byte-string.ts";
import { OpenFile } from "../file.ts";
import type { Path } from "../path.ts";
import { procEntry } from "./entries.ts";
import { ProcInode } from "./inode.ts";
import type { ProcFs } from "./procfs.ts";
import { mayInspect } from "./symlink.ts";

/** What a file of procfs tells about: the process, and the thread that reads. */
export interface ProcContext {
  /** The process whose directory the file is in; the reader's own for the files of /proc itself. */
  readonly process: Process;
  /** The thread of /proc/PID/task/TID; the process's leader or another living one otherwise. */
  readonly target: Thread | undefined;
  readonly reader: Thread;
  /** Of /proc/PID, not of a thread: number, name and state are the leader's, also when it has ended. */
  readonly isOfLeader: boolean;
}

/** One file of procfs: a constant, so that inodes hold no code. */
export interface ProcEntry {
  readonly name: string;
  /** Permissions; 0444 where absent. */
  readonly mode?: number;
  /** Where it is in /proc/PID alone, or in /proc/PID/task/TID alone. */
  readonly level?: "process" | "thread";
  /** Only who may look into the process may open and read it; all others get EACCES. */
  readonly isPrivate?: true;
  /** Nobody may open it for reading, as /proc/sys has it of what nobody's mode bits permit. */
  readonly isForWriting?: true;
  /** The contents as a byte string, or minus an errno. */
  readonly render: (context: ProcContext, name: string) => string | Result;
  /** Takes what was written in one write(2): 0 or minus an errno. */
  readonly store?: (context: ProcContext, text: string) => Result;
}

/** A file whose contents are made when it is read. */
export class ProcTextInode extends ProcInode {
  /** Which file it is (entries.ts). */
  private readonly key: string;
  readonly name: string;
  readonly pid: number;
  readonly tid: number;

  /** `key`: its path in entries.ts. `pid` 0: a file of /proc itself. `tid` 0: of the process, not of one thread. */
  constructor(
    fs: ProcFs,
    ino: number,
    key: string,
    name: string,
    pid: number,
    tid: number,
    uid: number,
    gid: number,
  ) {
    super(fs, ino, S.IFREG | (procEntry(key).mode ?? 0o444), uid, gid);
    this.key = key;
    this.name = name;
    this.pid = pid;
    this.tid = tid;
  }

  get entry(): ProcEntry {
    return procEntry(this.key);
  }

  override open(thread: Thread, path: Path, flags: number): OpenFile | Result {
    const context = this.contextFor(thread);
    if (context !== undefined && !mayRead(this.entry, context)) {
      return fail(Errno.EACCES, "the process is another user's");
    }
    const reads = (flags & O.ACCMODE) !== O.WRONLY;
    if (reads && this.entry.isForWriting === true) {
      return fail(Errno.EACCES, "the file is for writing alone, whatever capabilities say");
    }
    return new ProcTextFile(path, flags, this);
  }

  /** O_TRUNC of shells means nothing here. */
  override truncate(): Result {
    return 0;
  }

  override mayChangeAttributes(): Result {
    return this.pid === 0 && !this.key.startsWith("sys/") ? 0 : super.mayChangeAttributes();
  }

  /** What the file is about, while it exists. */
  contextFor(reader: Thread): ProcContext | undefined {
    if (this.pid === 0) {
      return { process: reader.process, target: reader, reader, isOfLeader: false };
    }
    const process = reader.kernel.processes.get(this.pid);
    if (process === undefined) {
      return undefined;
    }
    const target =
      this.tid === 0
        ? (process.anyThread ?? process.leader)
        : reader.kernel.processes.getThread(this.tid);
    if (this.tid !== 0 && target?.process !== process) return undefined;
    return { process, target, reader, isOfLeader: this.tid === 0 };
  }
}

function mayRead(entry: ProcEntry, { reader, process }: ProcContext): boolean {
  return entry.isPrivate !== true || mayInspect(reader, process);
}

class ProcTextFile extends OpenFile {
  override readonly inode: ProcTextInode;
  /** The contents as they were when the reader last stood at the start. */
  private contents: Uint8Array | undefined = undefined;

  constructor(path: Path, statusFlags: number, inode: ProcTextInode) {
    super(statusFlags, path);
    this.inode = inode;
  }

  override get seekable(): boolean {
    return true;
  }

  read(thread: Thread, writer: VmWriter): Result {
    const moved = this.readAt(thread, writer, this.offset);
    if (moved > 0) {
      this.offset += moved;
    }
    return moved;
  }

  override readAt(thread: Thread, writer: VmWriter, offset: number): Result {
    const contents =
      offset === 0 ? this.renderFor(thread) : (this.contents ?? this.renderFor(thread));
    if (typeof contents === "number") {
      return contents;
    }
    if (offset >= contents.length || writer.avail === 0) {
      return 0;
    }
    const count = Math.min(writer.avail, contents.length - offset);
    const moved = writer.write(VmReader.from(contents, offset, count));
    return moved > 0 ? moved : fail(Errno.EFAULT);
  }

  private renderFor(thread: Thread): Uint8Array | Result {
    const context = this.inode.contextFor(thread);
    if (context === undefined) {
      return fail(Errno.ESRCH, "the process is gone");
    }
    // The process may have become another user's since.
    if (!mayRead(this.inode.entry, context)) {
      return fail(Errno.EACCES, "the process is another user's");
    }
    const text = this.inode.entry.render(context, this.inode.name);
    if (typeof text === "number") {
      return text;
    }
    this.contents = bytesOf(text);
    return this.contents;
  }

  write(thread: Thread, reader: VmReader): Result {
    const { store } = this.inode.entry;
    if (store === undefined) {
      // The files of a process have no operation to write at all, those of /proc an empty one.
      const missing = this.inode.pid === 0 ? Errno.EIO : Errno.EINVAL;
      return fail(missing, "the file can not be written");
    }
    const count = Math.min(reader.remain, 4096);
    const bytes = new Uint8Array(count);
    if (reader.readBytes(bytes) < count) {
      return fail(Errno.EFAULT);
    }
    const context = this.inode.contextFor(thread);
    if (context === undefined) {
      return fail(Errno.ESRCH, "the process is gone");
    }
    const stored = store(context, byteString(bytes));
    return stored < 0 ? stored : count;
  }

  override writeAt(thread: Thread, reader: VmReader): Result {
    return this.write(thread, reader);
  }

  override truncate(): Result {
    return 0;
  }

  override seek(offset: number, whence: number): Result {
    const target = whence === SEEK.SET ? offset : whence === SEEK.CUR ? this.offset + offset : -1;
    if (!(target >= 0)) {
      return fail(Errno.EINVAL);
    }
    this.offset = target;
    return target;
  }
}
