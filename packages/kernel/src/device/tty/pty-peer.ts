// SPDX-License-Identifier: MPL-2.0

import { Errno } from "../../abi/errno.ts";
import { AT_FDCWD, O } from "../../abi/fcntl.ts";
import { RLIMIT_NOFILE } from "../../process/limits.ts";
import type { Thread } from "../../process/thread.ts";
import { fail } from "../../result.ts";
import type { Result } from "../../result.ts";
import type { Pty } from "./pty.ts";

/** TIOCGPTPEER: a descriptor of the slave, found where devpts is always mounted. */
export function openPeer(thread: Thread, pty: Pty, flags: number): Result {
  const allowed = O.ACCMODE | O.NONBLOCK | O.CLOEXEC | O.NOCTTY;
  if ((flags & ~allowed) !== 0) return fail(Errno.EINVAL);
  const path = `/dev/pts/${pty.index}`;
  const file = thread.kernel.vfs.open(thread, AT_FDCWD, path, flags, 0);
  if (typeof file === "number") return file;
  const limit = thread.process.limits.get(RLIMIT_NOFILE);
  const fd = thread.files.install(file, (flags & O.CLOEXEC) !== 0, limit);
  if (fd < 0) file.release();
  return fd;
}
