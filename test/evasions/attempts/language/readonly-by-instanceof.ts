// SPDX-License-Identifier: MPL-2.0

// A read-only set that `instanceof` makes a plain one.

const SEEN: ReadonlySet<string> = new Set(["a"]);

export default (): unknown => {
  if (SEEN instanceof Set) SEEN.add("b");
  return SEEN.size;
};
