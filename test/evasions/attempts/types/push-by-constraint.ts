// SPDX-License-Identifier: MPL-2.0

// A list that grows through a type parameter.

const spoil = <L extends (number | string)[]>(list: L): number => list.push("text");

export default (): unknown => {
  const numbers: number[] = [1];
  spoil(numbers);
  return numbers.map((n) => n.toFixed());
};
