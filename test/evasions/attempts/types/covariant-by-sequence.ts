// SPDX-License-Identifier: MPL-2.0

// A list under a looser type, behind a comma.

export const f = (numbers: number[]): unknown => {
  const loose: (number | string)[] = (0, numbers);
  return loose.push("text");
};

export default (): unknown => f([1]);
