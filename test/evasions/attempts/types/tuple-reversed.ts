// SPDX-License-Identifier: MPL-2.0

// A pair that is turned around.

export default (): unknown => {
  const pair: [string, number] = ["a", 1];
  pair.reverse();
  return pair[1].toFixed();
};
