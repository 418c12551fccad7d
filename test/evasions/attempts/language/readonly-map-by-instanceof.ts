// SPDX-License-Identifier: MPL-2.0

// The same for a map.

const SEEN: ReadonlyMap<string, number> = new Map([["a", 1]]);

export default (): unknown => {
  if (SEEN instanceof Map) SEEN.set("b", 2);
  return SEEN.size;
};
