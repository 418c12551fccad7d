// SPDX-License-Identifier: MPL-2.0

import { CLONE, CLONE_NAMESPACES } from "../abi/clone.ts";
import { Errno } from "../abi/errno.ts";
import { fail } from "../result.ts";
import { flags64 } from "./args.ts";
import { defineSyscall } from "./define.ts";
import type { Syscall } from "./define.ts";
import { Capability } from "../security/capabilities.ts";
import { UndoList } from "../ipc/sysv/semaphores.ts";

const KNOWN = CLONE.FILES | CLONE.FS | CLONE.SYSVSEM | CLONE.THREAD | CLONE.SIGHAND | CLONE.VM;

const NEWTIME = 0x80;
const NAMESPACES = NEWTIME | CLONE_NAMESPACES;

/** unshare(2). */
export const unshare: Syscall = defineSyscall({
  name: "unshare",
  number: { x86_64: 272 },
  args: [
    flags64("flags", {
      CLONE_VM: CLONE.VM,
      CLONE_FS: CLONE.FS,
      CLONE_FILES: CLONE.FILES,
      CLONE_SIGHAND: CLONE.SIGHAND,
      CLONE_THREAD: CLONE.THREAD,
      CLONE_SYSVSEM: CLONE.SYSVSEM,
    }),
  ],
  support: "partial",
  note: "no namespaces",
  handler(thread, unshareFlags) {
    const { process } = thread;
    if (unshareFlags > 0xffff_ffff) return fail(Errno.EINVAL, "the flags are unknown");
    const isForRoot =
      (unshareFlags & ~(KNOWN | CLONE.NEWUSER)) !== 0 && (unshareFlags & CLONE.NEWUSER) === 0;
    const isNamespace = (unshareFlags & ~(KNOWN | NAMESPACES)) === 0;
    if (isNamespace && isForRoot && !thread.credentials.has(Capability.SYS_ADMIN)) {
      return fail(Errno.EPERM, "namespaces are for who may administer");
    }
    if ((unshareFlags & ~KNOWN) !== 0) return fail(Errno.EINVAL, "namespaces are not supported");
    // As Linux: only who has no other threads and shares no memory leaves them (unshare(2)).
    const isThread = (unshareFlags & (CLONE.THREAD | CLONE.SIGHAND | CLONE.VM)) !== 0;
    const isShared = process.threads.size > 1 || thread.vm.isShared || process.handlers.isShared;
    if (isThread && isShared) return fail(Errno.EINVAL, "other threads share them");
    if ((unshareFlags & CLONE.FS) !== 0) {
      const own = thread.fs.clone();
      thread.fs.release();
      thread.fs = own;
    }
    if ((unshareFlags & CLONE.FILES) !== 0 && thread.files.isShared) {
      const own = thread.files.clone();
      thread.files.release(thread);
      thread.files = own;
    }
    if ((unshareFlags & CLONE.SYSVSEM) !== 0) {
      process.semaphoreUndo?.release(process.pid);
      process.semaphoreUndo = new UndoList();
    }
    return 0;
  },
});
