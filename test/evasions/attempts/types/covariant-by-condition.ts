// SPDX-License-Identifier: MPL-2.0

// A list under a looser type, chosen by a condition.

export const f = (numbers: number[], other: number[]): unknown => {
  const loose: (number | string)[] = other.length > 0 ? numbers : other;
  loose.push("text");
  return numbers;
};

export default (): unknown => f([1], [2]);
