// SPDX-License-Identifier: MPL-2.0

import type { VmReader, VmWriter } from "@aster/ostd";
import { Errno } from "../../abi/errno.ts";
import { SEEK } from "../../abi/fcntl.ts";
import { OpenFile } from "../../fs/file.ts";
import type { Path } from "../../fs/path.ts";
import type { Thread } from "../../process/thread.ts";
import { fail } from "../../result.ts";
import type { Result } from "../../result.ts";

/** What the files of the memory devices have in common: no position, and never any wait (null(4)). */
export abstract class MemFile extends OpenFile {
  constructor(statusFlags: number, location: Path | undefined) {
    super(statusFlags, location);
  }

  abstract override read(thread: Thread, writer: VmWriter): Result;
  abstract override write(thread: Thread, reader: VmReader): Result;

  override readAt(thread: Thread, writer: VmWriter, _offset: number): Result {
    return this.read(thread, writer);
  }
  override writeAt(thread: Thread, reader: VmReader, _offset: number): Result {
    return this.write(thread, reader);
  }

  /** Any position will do; it stays 0, as on Linux. */
  override seek(_offset: number, whence: number): Result {
    if (whence < SEEK.SET || whence > SEEK.HOLE) return fail(Errno.EINVAL);
    this.offset = 0;
    return 0;
  }
  override get seekable(): boolean {
    return true;
  }
  override get takesNoWait(): boolean {
    return true;
  }
  override get isBulk(): boolean {
    return true;
  }
}
