// SPDX-License-Identifier: MPL-2.0

// A list under a looser type, as a parameter's default.

export const f = (numbers: number[]): unknown => {
  const put = (loose: (number | string)[] = numbers): number => loose.push("text");
  return put();
};

export default (): unknown => f([1]);
