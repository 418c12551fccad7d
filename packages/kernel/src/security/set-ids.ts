// SPDX-License-Identifier: MPL-2.0

import type { Credentials } from "../process/credentials.ts";
import { CapabilitySet, Capability } from "./capabilities.ts";

/** Changes of ids leave the capabilities as they are. */
export const SECBIT_NO_SETUID_FIXUP = 4;
/** The next change of ids from root leaves the permitted capabilities (PR_SET_KEEPCAPS). */
export const SECBIT_KEEP_CAPS = 16;

/** File capabilities that follow the file-system user id (capabilities(7), "CAP_FS_SET"). */
const FS_CAPABILITIES: CapabilitySet = CapabilitySet.NONE.with(Capability.CHOWN)
  .with(Capability.MKNOD)
  .with(Capability.DAC_OVERRIDE)
  .with(Capability.DAC_READ_SEARCH)
  .with(Capability.FOWNER)
  .with(Capability.FSETID)
  .with(Capability.LINUX_IMMUTABLE)
  .with(Capability.MAC_OVERRIDE);

/** Adjusts capabilities after user ids have changed from `old` (capabilities(7)). */
export function fixCapabilities(old: Credentials, next: Credentials): void {
  if ((next.secureBits & SECBIT_NO_SETUID_FIXUP) !== 0) return;
  const hadRoot = old.uid === 0 || old.euid === 0 || old.suid === 0;
  const hasRoot = next.uid === 0 || next.euid === 0 || next.suid === 0;
  if (hadRoot && !hasRoot) {
    if ((next.secureBits & SECBIT_KEEP_CAPS) === 0) {
      next.permitted = CapabilitySet.NONE;
      next.effective = CapabilitySet.NONE;
    }
    next.ambient = CapabilitySet.NONE;
  }
  if (old.euid === 0 && next.euid !== 0) next.effective = CapabilitySet.NONE;
  if (old.euid !== 0 && next.euid === 0) next.effective = next.permitted;
}

/** The same for setfsuid(2). */
export function fixFileCapabilities(old: Credentials, next: Credentials): void {
  if ((next.secureBits & SECBIT_NO_SETUID_FIXUP) !== 0) return;
  if (old.fsuid === 0 && next.fsuid !== 0) next.effective = next.effective.without(FS_CAPABILITIES);
  if (old.fsuid !== 0 && next.fsuid === 0) {
    next.effective = next.effective.union(FS_CAPABILITIES.intersection(next.permitted));
  }
}
