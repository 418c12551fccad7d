// SPDX-License-Identifier: MPL-2.0

import { Errno } from "../abi/errno.ts";
import type { Credentials } from "../process/credentials.ts";
import { replaceCredentials } from "../process/replace-credentials.ts";
import type { Thread } from "../process/thread.ts";
import { fail } from "../result.ts";
import type { Result } from "../result.ts";
import { Capability } from "../security/capabilities.ts";
import { fixCapabilities } from "../security/set-ids.ts";
import { uint } from "./args.ts";
import { defineSyscall } from "./define.ts";
import type { Syscall } from "./define.ts";

/** "No change" in setreuid and its kin: (uid_t) -1. */
export const KEEP_ID = 0xffff_ffff;

/** Makes `next` the thread's credentials; a change of identity makes its memory private. */
export function commitCredentials(thread: Thread, next: Credentials): Result {
  fixCapabilities(thread.credentials, next);
  replaceCredentials(thread, next);
  return 0;
}

export const setuid: Syscall = defineSyscall({
  name: "setuid",
  number: { x86_64: 105 },
  args: [uint("uid")],
  support: "full",
  handler: (thread, uid) => {
    if (uid === KEEP_ID) return fail(Errno.EINVAL);
    const next = thread.credentials.clone();
    if (next.has(Capability.SETUID)) next.uid = next.suid = uid;
    else if (uid !== next.uid && uid !== next.suid) return fail(Errno.EPERM);
    next.euid = next.fsuid = uid;
    return commitCredentials(thread, next);
  },
});

export const setgid: Syscall = defineSyscall({
  name: "setgid",
  number: { x86_64: 106 },
  args: [uint("gid")],
  support: "full",
  handler: (thread, gid) => {
    if (gid === KEEP_ID) return fail(Errno.EINVAL);
    const next = thread.credentials.clone();
    if (next.has(Capability.SETGID)) next.gid = next.sgid = gid;
    else if (gid !== next.gid && gid !== next.sgid) return fail(Errno.EPERM);
    next.egid = next.fsgid = gid;
    return commitCredentials(thread, next);
  },
});
