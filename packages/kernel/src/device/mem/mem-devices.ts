// SPDX-License-Identifier: MPL-2.0

import type { VmReader, VmWriter } from "@aster/ostd";
import { Errno } from "../../abi/errno.ts";
import { CREATION_FLAGS } from "../../abi/fcntl.ts";
import type { OpenFile } from "../../fs/file.ts";
import type { Path } from "../../fs/path.ts";
import type { Thread } from "../../process/thread.ts";
import { fail } from "../../result.ts";
import type { Result } from "../../result.ts";
import { Device } from "../device.ts";
import type { DeviceOpen } from "../device.ts";
import type { RandomPool } from "../random-pool.ts";
import { MemFile } from "./mem-file.ts";

/** Major number of the memory devices (Linux, devices.txt). */
export const MEM_MAJOR = 1;
/** A longer read or write of random bytes is done in pieces, with a look at signals in between. */
const RANDOM_PIECE_BYTES = 4096;

/** Reads as ended, takes everything. */
export class NullDevice extends Device {
  constructor() {
    super("char", MEM_MAJOR, 3, "null", 0o666);
  }
  open({ flags, location }: DeviceOpen): OpenFile {
    return new NullFile(flags & ~CREATION_FLAGS, location);
  }
}

class NullFile extends MemFile {
  read(_thread: Thread, _writer: VmWriter): Result {
    return 0;
  }
  write(_thread: Thread, reader: VmReader): Result {
    return reader.remain;
  }
}

/** Reads as zeros, takes everything. */
export class ZeroDevice extends Device {
  constructor() {
    super("char", MEM_MAJOR, 5, "zero", 0o666);
  }
  open({ flags, location }: DeviceOpen): OpenFile {
    return new ZeroFile(flags & ~CREATION_FLAGS, location);
  }
}

class ZeroFile extends MemFile {
  override get mapsZeros(): boolean {
    return true;
  }
  read(_thread: Thread, writer: VmWriter): Result {
    return readZeros(writer);
  }
  write(_thread: Thread, reader: VmReader): Result {
    return reader.remain;
  }
}

/** Reads as zeros, is never able to take anything. */
export class FullDevice extends Device {
  constructor() {
    super("char", MEM_MAJOR, 7, "full", 0o666);
  }
  open({ flags, location }: DeviceOpen): OpenFile {
    return new FullFile(flags & ~CREATION_FLAGS, location);
  }
}

class FullFile extends MemFile {
  // As Linux: of the kind, it alone.
  override get takesNoWait(): boolean {
    return false;
  }
  read(_thread: Thread, writer: VmWriter): Result {
    return readZeros(writer);
  }
  write(_thread: Thread, _reader: VmReader): Result {
    return fail(Errno.ENOSPC, "the device is always full");
  }
}

function readZeros(writer: VmWriter): Result {
  const wanted = writer.avail;
  const done = writer.fillZeros(wanted);
  return done > 0 || wanted === 0 ? done : fail(Errno.EFAULT);
}

/** random(4): /dev/random and /dev/urandom, which do the same once the pool is seeded, at boot. */
export class RandomDevice extends Device {
  private readonly pool: RandomPool;

  constructor(pool: RandomPool, minor: number, name: string) {
    super("char", MEM_MAJOR, minor, name, 0o666);
    this.pool = pool;
  }
  open({ flags, location }: DeviceOpen): OpenFile {
    return new RandomFile(this.pool, flags & ~CREATION_FLAGS, location);
  }
}

class RandomFile extends MemFile {
  private readonly pool: RandomPool;

  constructor(pool: RandomPool, statusFlags: number, location: Path | undefined) {
    super(statusFlags, location);
    this.pool = pool;
  }

  read(thread: Thread, writer: VmWriter): Result {
    const piece = new Uint8Array(Math.min(RANDOM_PIECE_BYTES, writer.avail));
    let moved = 0;
    while (writer.avail > 0) {
      const count = Math.min(piece.length, writer.avail);
      this.pool.fill(piece, 0, count);
      const done = writer.writeBytes(piece, 0, count);
      moved += done;
      if (done < count) return moved > 0 ? moved : fail(Errno.EFAULT);
      if (thread.signalPending()) break;
    }
    return moved;
  }

  write(thread: Thread, reader: VmReader): Result {
    const piece = new Uint8Array(Math.min(RANDOM_PIECE_BYTES, reader.remain));
    let moved = 0;
    while (reader.remain > 0) {
      const count = Math.min(piece.length, reader.remain);
      const done = reader.readBytes(piece, 0, count);
      this.pool.mix(piece.subarray(0, done));
      moved += done;
      if (done < count) return moved > 0 ? moved : fail(Errno.EFAULT);
      if (thread.signalPending()) break;
    }
    return moved;
  }
}
