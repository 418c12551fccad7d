// SPDX-License-Identifier: MPL-2.0

import { closeSync, fdatasyncSync, fstatSync, openSync, readSync, writeSync } from "node:fs";
import type { BlockBackend } from "../../devices/block-backend.ts";

/** A disk image in a file of the host. */
export class FileBlockBackend implements BlockBackend {
  readonly sizeBytes: number;
  readonly readOnly: boolean;
  private readonly fd: number;

  /** Opens `path`; throws the file system's error when that fails. */
  constructor(path: string, options: { readonly readOnly?: boolean } = {}) {
    this.readOnly = options.readOnly ?? false;
    this.fd = openSync(path, this.readOnly ? "r" : "r+");
    const stat = fstatSync(this.fd);
    if (!stat.isFile()) {
      closeSync(this.fd);
      throw new Error(`${path}: expected a regular file for a disk`);
    }
    this.sizeBytes = stat.size;
  }

  read(offset: number, into: Uint8Array): void {
    let done = 0;
    while (done < into.length) {
      const count = readSync(this.fd, into, done, into.length - done, offset + done);
      if (count === 0) throw new Error("disk image ended early");
      done += count;
    }
  }

  write(offset: number, from: Uint8Array): void {
    let done = 0;
    while (done < from.length) {
      done += writeSync(this.fd, from, done, from.length - done, offset + done);
    }
  }

  flush(): void {
    fdatasyncSync(this.fd);
  }

  close(): void {
    closeSync(this.fd);
  }
}
