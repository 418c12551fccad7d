// SPDX-License-Identifier: MPL-2.0

// A list under a looser type, where another is missing.

export const f = (numbers: number[], other: (number | string)[] | undefined): unknown => {
  const loose: (number | string)[] = other ?? numbers;
  loose.push("text");
  return numbers;
};

export default (): unknown => f([1], undefined);
