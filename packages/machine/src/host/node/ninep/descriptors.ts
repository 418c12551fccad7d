// SPDX-License-Identifier: MPL-2.0

import { closeSync, constants, openSync } from "node:fs";

/** Files of the host that are kept open at a time. */
const MAX_OPEN = 64;
/** A file that became a link or a FIFO meanwhile is neither followed nor waited for. */
const SAFE = constants.O_NOFOLLOW | constants.O_NONBLOCK;

/** The open files of a server by fid; the least recently used are closed and opened again. */
export class Descriptors {
  private readonly files = new Map<number, number>();

  open(fid: number, path: Buffer, access: number): void {
    this.keep(fid, openSync(path, access | SAFE));
  }

  create(fid: number, path: Buffer, access: number, mode: number): void {
    const flags = access | constants.O_CREAT | constants.O_EXCL | SAFE;
    this.keep(fid, openSync(path, flags, mode));
  }

  /** The descriptor of `fid`, opened once more where it had to make room. */
  get(fid: number, path: () => Buffer, access: number): number {
    const known = this.files.get(fid);
    const fd = known ?? openSync(path(), access | SAFE);
    this.files.delete(fid);
    this.keep(fid, fd);
    return fd;
  }

  withDescriptor(path: Buffer, access: number, use: (fd: number) => void): void {
    const fd = openSync(path, access | SAFE);
    try {
      use(fd);
    } finally {
      closeSync(fd);
    }
  }

  close(fid: number): void {
    const fd = this.files.get(fid);
    if (fd === undefined) return;
    this.files.delete(fid);
    closeSync(fd);
  }

  closeAll(): void {
    for (const fid of [...this.files.keys()]) this.close(fid);
  }

  private keep(fid: number, fd: number): void {
    this.files.set(fid, fd);
    const [oldest] = this.files.keys();
    if (this.files.size > MAX_OPEN && oldest !== undefined) this.close(oldest);
  }
}
