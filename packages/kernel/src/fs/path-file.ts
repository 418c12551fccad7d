// SPDX-License-Identifier: MPL-2.0

import { Errno } from "../abi/errno.ts";
import { fail } from "../result.ts";
import type { Result } from "../result.ts";
import { OpenFile } from "./file.ts";
import type { Path } from "./path.ts";

/** What O_PATH opens: a place in the tree, without access to the file (open(2)). */
export class PathFile extends OpenFile {
  override readonly location: Path;

  constructor(path: Path, statusFlags: number) {
    super(statusFlags, path);
    this.location = path;
  }

  override get readable(): boolean {
    return false;
  }
  override get writable(): boolean {
    return false;
  }
  override get isPathOnly(): boolean {
    return true;
  }

  read(): Result {
    return fail(Errno.EBADF);
  }
  write(): Result {
    return fail(Errno.EBADF);
  }
  override ioctl(): Result {
    return fail(Errno.EBADF);
  }
}
