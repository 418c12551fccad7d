// SPDX-License-Identifier: MPL-2.0

/** Options of ext2(5) that ask for what this file system does anyway, or does not change what it does. */
const KNOWN: ReadonlySet<string> = new Set([
  "",
  "rw",
  "ro",
  "user_xattr",
  "bsddf",
  "nocheck",
  "check=none",
  "errors=continue",
  "nogrpid",
  "sysvgroups",
  "nouid32",
  "noquota",
]);

/** Whether all options, separated by commas, are known. */
export function isKnownOption(options: string): boolean {
  return options.split(",").every((option) => KNOWN.has(option));
}
