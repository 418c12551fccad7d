// SPDX-License-Identifier: MPL-2.0

import { CapabilitySet } from "../security/capabilities.ts";

/** User and group ids and capabilities of a thread (credentials(7), capabilities(7)). */
export class Credentials {
  uid = 0;
  euid = 0;
  suid = 0;
  fsuid = 0;
  gid = 0;
  egid = 0;
  sgid = 0;
  fsgid = 0;
  /** Supplementary groups, ascending. */
  groups: readonly number[] = [];

  permitted: CapabilitySet = CapabilitySet.FULL;
  effective: CapabilitySet = CapabilitySet.FULL;
  inheritable: CapabilitySet = CapabilitySet.NONE;
  bounding: CapabilitySet = CapabilitySet.FULL;
  ambient: CapabilitySet = CapabilitySet.NONE;
  /** SECBIT_* flags (PR_SET_SECUREBITS). */
  secureBits = 0;
  /** PR_SET_NO_NEW_PRIVS. */
  noNewPrivileges = false;

  clone(): Credentials {
    const copy = new Credentials();
    copy.uid = this.uid;
    copy.euid = this.euid;
    copy.suid = this.suid;
    copy.fsuid = this.fsuid;
    copy.gid = this.gid;
    copy.egid = this.egid;
    copy.sgid = this.sgid;
    copy.fsgid = this.fsgid;
    copy.groups = this.groups;
    copy.permitted = this.permitted;
    copy.effective = this.effective;
    copy.inheritable = this.inheritable;
    copy.bounding = this.bounding;
    copy.ambient = this.ambient;
    copy.secureBits = this.secureBits;
    copy.noNewPrivileges = this.noNewPrivileges;
    return copy;
  }

  /** Whether the thread may use `capability` (a `Capability`). */
  has(capability: number): boolean {
    return this.effective.has(capability);
  }

  /** Whether file permission checks count the thread as a member of `gid`. */
  inGroup(gid: number): boolean {
    return gid === this.fsgid || this.groups.includes(gid);
  }
  /** As `inGroup`, for the effective id. */
  inEffectiveGroup(gid: number): boolean {
    return gid === this.egid || this.groups.includes(gid);
  }
}
