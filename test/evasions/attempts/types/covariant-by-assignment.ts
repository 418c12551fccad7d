// SPDX-License-Identifier: MPL-2.0

// A list under a looser type, by the value of an assignment.

export const f = (numbers: number[], kept: number[]): unknown => {
  let own = kept;
  const loose: (number | string)[] = (own = numbers);
  return [loose.push("text"), own];
};

export default (): unknown => f([1], [2]);
