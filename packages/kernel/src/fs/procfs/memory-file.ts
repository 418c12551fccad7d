// SPDX-License-Identifier: MPL-2.0

import { PAGE_SIZE, VmReader } from "@aster/ostd";
import type { VmWriter } from "@aster/ostd";
import { Errno } from "../../abi/errno.ts";
import { SEEK } from "../../abi/fcntl.ts";
import { S } from "../../abi/stat.ts";
import type { Thread } from "../../process/thread.ts";
import { fail } from "../../result.ts";
import type { Result } from "../../result.ts";
import { Capability } from "../../security/capabilities.ts";
import type { AddressSpace } from "../../vm/address-space.ts";
import { readForeign, writeForeign } from "../../vm/foreign.ts";
import { TASK_SIZE } from "../../vm/layout.ts";
import { OpenFile } from "../file.ts";
import type { Path } from "../path.ts";
import { ProcInode } from "./inode.ts";
import { ENTRY_BYTES, pageMapEntry } from "./pagemap.ts";
import type { ProcFs } from "./procfs.ts";
import { mayInspect } from "./symlink.ts";

/** Files of a process whose offset is an address, or an address in pages. */
export const MEMORY_FILES = ["mem", "pagemap"] as const;
export type MemoryFile = (typeof MEMORY_FILES)[number];

/** /proc/PID/mem and /proc/PID/pagemap (proc_pid_mem(5), proc_pid_pagemap(5)). */
export class ProcMemoryInode extends ProcInode {
  private readonly name: MemoryFile;
  private readonly pid: number;

  constructor(fs: ProcFs, ino: number, name: MemoryFile, pid: number, uid: number, gid: number) {
    super(fs, ino, S.IFREG | (name === "mem" ? 0o600 : 0o400), uid, gid);
    this.name = name;
    this.pid = pid;
  }

  /**
   * Who may look into the process may open it (ptrace(2)). What is opened is the memory that the
   * process has now: not that of what it executes later, into which the opener may not look.
   */
  override open(thread: Thread, path: Path, flags: number): OpenFile | Result {
    const process = thread.kernel.processes.get(this.pid);
    if (process === undefined) return fail(Errno.ESRCH, "the process is gone");
    if (!mayInspect(thread, process)) return fail(Errno.EACCES, "the process is another user's");
    const { vm } = process;
    if (vm === undefined) return fail(Errno.ESRCH, "the process has ended");
    return this.name === "mem"
      ? new MemoryContents(path, flags, vm)
      : new PageMap(path, flags, vm, thread.credentials.has(Capability.SYS_ADMIN));
  }

  /** O_TRUNC means nothing here. */
  override truncate(): Result {
    return 0;
  }
}

/** Memory of a process, kept by name alone: it goes when the process goes. */
abstract class MemoryOfProcess extends OpenFile {
  protected readonly vm: AddressSpace;

  constructor(path: Path, statusFlags: number, vm: AddressSpace) {
    super(statusFlags, path);
    this.vm = vm;
  }

  override get seekable(): boolean {
    return true;
  }
  override get isBulk(): boolean {
    return true;
  }

  read(thread: Thread, writer: VmWriter): Result {
    return this.move(this.readAt(thread, writer, this.offset));
  }
  write(thread: Thread, reader: VmReader): Result {
    return this.move(this.writeAt(thread, reader, this.offset));
  }
  private move(moved: Result): Result {
    if (moved > 0) this.offset += moved;
    return moved;
  }

  /**
   * Moves `count` bytes in pieces that end where a page does. `move` moves one, by way of `page`: its bytes, fewer
   * where no more can be moved, or an error, which counts where nothing was moved before.
   */
  protected inPieces(
    offset: number,
    count: number,
    move: (page: Uint8Array, at: number, length: number) => Result,
  ): Result {
    const page = new Uint8Array(Math.min(PAGE_SIZE, count));
    let done = 0;
    while (done < count && !this.vm.isReleased) {
      const at = offset + done;
      const length = Math.min(count - done, PAGE_SIZE - (at % PAGE_SIZE));
      const moved = move(page, at, length);
      if (moved < 0) return done > 0 ? done : moved;
      done += moved;
      if (moved < length) break;
    }
    return done;
  }

  override truncate(): Result {
    return 0;
  }

  override seek(offset: number, whence: number): Result {
    const target = whence === SEEK.SET ? offset : whence === SEEK.CUR ? this.offset + offset : -1;
    if (!(target >= 0)) return fail(Errno.EINVAL);
    this.offset = target;
    return target;
  }
}

class MemoryContents extends MemoryOfProcess {
  override readAt(_thread: Thread, writer: VmWriter, offset: number): Result {
    return this.inPieces(offset, writer.avail, (page, at, length) =>
      readForeign(this.vm, at, page, length)
        ? copyOut(writer, page, length)
        : fail(Errno.EIO, "nothing is mapped there"),
    );
  }

  override writeAt(thread: Thread, reader: VmReader, offset: number): Result {
    return this.inPieces(offset, reader.remain, (page, at, length) => {
      if (reader.readBytes(page, 0, length) < length) return fail(Errno.EFAULT);
      const written = writeForeign(thread, this.vm, at, page, length);
      return written < 0 ? written : length;
    });
  }
}

class PageMap extends MemoryOfProcess {
  /** Whether its opener may know where in the machine's memory pages lie (CAP_SYS_ADMIN). */
  private readonly showsFrames: boolean;

  constructor(path: Path, statusFlags: number, vm: AddressSpace, showsFrames: boolean) {
    super(path, statusFlags, vm);
    this.showsFrames = showsFrames;
  }

  override readAt(_thread: Thread, writer: VmWriter, offset: number): Result {
    if (offset % ENTRY_BYTES !== 0 || writer.avail % ENTRY_BYTES !== 0) {
      return fail(Errno.EINVAL, "entries have eight bytes, and are read whole");
    }
    const left = (TASK_SIZE / PAGE_SIZE) * ENTRY_BYTES - offset;
    return this.inPieces(offset, Math.min(writer.avail, Math.max(0, left)), (bytes, at, length) => {
      const view = new DataView(bytes.buffer);
      bytes.fill(0);
      for (let i = 0; i < length; i += ENTRY_BYTES) {
        const address = ((at + i) / ENTRY_BYTES) * PAGE_SIZE;
        pageMapEntry(this.vm, address, this.showsFrames, view, i);
      }
      return copyOut(writer, bytes, length);
    });
  }

  override writeAt(): Result {
    return fail(Errno.EINVAL, "the file can not be written");
  }
}

/** The first `length` of `bytes` to the reader's memory: how many, or -EFAULT where it takes none. */
function copyOut(writer: VmWriter, bytes: Uint8Array, length: number): Result {
  const moved = writer.write(VmReader.from(bytes, 0, length));
  return moved === 0 ? fail(Errno.EFAULT) : moved;
}
