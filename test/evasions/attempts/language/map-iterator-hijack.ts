// SPDX-License-Identifier: MPL-2.0

// The method by which maps are looped over.

export default (): unknown => {
  Map.prototype[Symbol.iterator] = () => [][Symbol.iterator]();
  return new Map([[1, 2]]).size;
};
