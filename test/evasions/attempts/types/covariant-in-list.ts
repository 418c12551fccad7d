// SPDX-License-Identifier: MPL-2.0

// A list under a looser type, as an element of a list.

export const f = (numbers: number[]): unknown => {
  const [loose]: readonly (number | string)[][] = [numbers];
  loose?.push("text");
  return numbers;
};

export default (): unknown => f([1]);
