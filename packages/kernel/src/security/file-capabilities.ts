// SPDX-License-Identifier: MPL-2.0

import { CapabilitySet } from "./capabilities.ts";

/** The attribute with a file's capabilities (capabilities(7), "File capabilities"). */
export const FILE_CAPABILITIES = "security.capability";

/** magic_etc of struct vfs_cap_data: the revision, and whether what is given is in effect at once. */
const REVISION_1 = 0x0100_0000;
const REVISION_2 = 0x0200_0000;
const REVISION_3 = 0x0300_0000;
const EFFECTIVE = 1;
/** Length in bytes of each revision: the third has a root id behind the sets. */
const BYTES_1 = 12;
const BYTES_2 = 20;
const BYTES_3 = 24;
const ROOT_ID = 20;
/** (uid_t) -1, which is nobody's. */
const NO_ID = 0xffff_ffff;

/** What a file gives to who executes it. */
export interface FileCapabilities {
  readonly permitted: CapabilitySet;
  readonly inheritable: CapabilitySet;
  readonly isEffective: boolean;
}

function wordAt(value: Uint8Array, at: number): number {
  return new DataView(value.buffer, value.byteOffset, value.byteLength).getUint32(at, true);
}

function isSecond(value: Uint8Array): boolean {
  return value.length === BYTES_2 && (wordAt(value, 0) & ~EFFECTIVE) === REVISION_2;
}
function isThird(value: Uint8Array): boolean {
  return value.length === BYTES_3 && (wordAt(value, 0) & ~EFFECTIVE) === REVISION_3;
}

/** Whether setxattr(2) takes the value: the second revision, or the third with a root that can be. */
export function areCapabilities(value: Uint8Array): boolean {
  return isSecond(value) || (isThird(value) && wordAt(value, ROOT_ID) !== NO_ID);
}

/**
 * The value as getxattr(2) shows it: of the second revision where its root is the reader's, which
 * is 0 as there is one user namespace. Undefined where it is none that could be shown (EINVAL).
 */
export function shownCapabilities(value: Uint8Array): Uint8Array | undefined {
  if (isSecond(value)) return value;
  if (!isThird(value)) return undefined;
  if (wordAt(value, ROOT_ID) !== 0) return value;
  const shown = value.slice(0, BYTES_2);
  shown[3] = REVISION_2 >>> 24;
  return shown;
}

/**
 * What execve(2) makes of the attribute: undefined where it gives nothing (another namespace's
 * root), "Invalid" where it has none of the three forms.
 */
export function readCapabilities(value: Uint8Array): FileCapabilities | undefined | "Invalid" {
  if (value.length < 4) return "Invalid";
  const magic = wordAt(value, 0);
  const revision = magic - (magic % 0x0100_0000);
  const hasRevision =
    (revision === REVISION_1 && value.length === BYTES_1) ||
    (revision === REVISION_2 && value.length === BYTES_2) ||
    (revision === REVISION_3 && value.length === BYTES_3);
  if (!hasRevision) return "Invalid";
  if (revision === REVISION_3 && wordAt(value, ROOT_ID) !== 0) return undefined;
  const hasHigh = revision !== REVISION_1;
  const setAt = (at: number): CapabilitySet =>
    new CapabilitySet(wordAt(value, at), hasHigh ? wordAt(value, at + 8) : 0);
  return {
    permitted: setAt(4),
    inheritable: setAt(8),
    isEffective: (magic & EFFECTIVE) !== 0,
  };
}
