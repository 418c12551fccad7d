// SPDX-License-Identifier: MPL-2.0

import { Capability } from "../security/capabilities.ts";
import { fixFileCapabilities } from "../security/set-ids.ts";
import { uint } from "./args.ts";
import { defineSyscall } from "./define.ts";
import type { Syscall } from "./define.ts";
import { replaceCredentials } from "../process/replace-credentials.ts";
import { KEEP_ID } from "./setuid.ts";

export const setfsuid: Syscall = defineSyscall({
  name: "setfsuid",
  number: { x86_64: 122 },
  args: [uint("fsuid")],
  support: "full",
  handler: (thread, fsuid) => {
    const old = thread.credentials;
    const isKnown =
      fsuid === old.uid || fsuid === old.euid || fsuid === old.suid || fsuid === old.fsuid;
    if (fsuid !== KEEP_ID && (isKnown || old.has(Capability.SETUID))) {
      const next = old.clone();
      next.fsuid = fsuid;
      fixFileCapabilities(old, next);
      replaceCredentials(thread, next);
    }
    // Always the previous id: the call has no way to tell of failure.
    return old.fsuid;
  },
});

export const setfsgid: Syscall = defineSyscall({
  name: "setfsgid",
  number: { x86_64: 123 },
  args: [uint("fsgid")],
  support: "full",
  handler: (thread, fsgid) => {
    const old = thread.credentials;
    const isKnown =
      fsgid === old.gid || fsgid === old.egid || fsgid === old.sgid || fsgid === old.fsgid;
    if (fsgid !== KEEP_ID && (isKnown || old.has(Capability.SETGID))) {
      const next = old.clone();
      next.fsgid = fsgid;
      replaceCredentials(thread, next);
    }
    return old.fsgid;
  },
});
