// SPDX-License-Identifier: MPL-2.0

import { Errno } from "../abi/errno.ts";
import type { Thread } from "../process/thread.ts";
import { fail } from "../result.ts";
import type { Result } from "../result.ts";
import { Capability } from "../security/capabilities.ts";
import { mayWriteMount } from "./create.ts";
import { PROTECTION } from "./inode-flags.ts";
import { IN, notifyFile } from "./notify.ts";
import type { Path } from "./path.ts";
import { isOwnerOrCapable } from "./permission.ts";

/** FS_IOC_SETFLAGS. */
export function setFileFlags(thread: Thread, path: Path, flags: number): Result {
  const { inode } = path;
  const { credentials } = thread;
  const writable = mayWriteMount(path);
  if (writable < 0) return writable;
  if (!isOwnerOrCapable(credentials, inode)) {
    return fail(Errno.EPERM, "only the owner may set the flags");
  }
  const isChanged = ((inode.fileFlags ^ flags) & PROTECTION) !== 0;
  if (isChanged && !credentials.has(Capability.LINUX_IMMUTABLE)) {
    return fail(Errno.EPERM, "protecting a file needs CAP_LINUX_IMMUTABLE");
  }
  const result = inode.setFileFlags(flags);
  if (result < 0) return result;
  inode.ctime = inode.fs.now();
  notifyFile(path, IN.ATTRIB);
  return 0;
}
