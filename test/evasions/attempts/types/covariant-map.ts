// SPDX-License-Identifier: MPL-2.0

// A map of one type as a map of more.

export default (): unknown => {
  const numbers: Map<string, number> = new Map([["a", 1]]);
  const loose: Map<string, number | string> = numbers;
  loose.set("a", "text");
  return numbers.get("a")?.toFixed();
};
