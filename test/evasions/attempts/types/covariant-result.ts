// SPDX-License-Identifier: MPL-2.0

// A function that returns a list as one that returns a list of more.

export const f = (numbers: number[]): unknown => {
  const give = (): number[] => numbers;
  const loose: () => (number | string)[] = give;
  return loose().push("text");
};

export default (): unknown => f([1]);
