// SPDX-License-Identifier: MPL-2.0

// A set of one type as a set of more.

export default (): unknown => {
  const numbers: Set<number> = new Set([1]);
  const loose: Set<number | string> = numbers;
  loose.add("text");
  return [...numbers].map((n) => n.toFixed());
};
