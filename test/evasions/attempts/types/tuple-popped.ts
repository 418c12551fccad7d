// SPDX-License-Identifier: MPL-2.0

// A pair that loses its half.
// Harmless: what is missing is undefined, and using it a TypeError at that line.

export default (): unknown => {
  const pair: [string, number] = ["a", 1];
  pair.pop();
  return pair[1].toFixed();
};
