// SPDX-License-Identifier: MPL-2.0

// How lists are put together, for all of them.

export default (): unknown => {
  Object.assign(Array.prototype, { [Symbol.isConcatSpreadable]: false });
  return [1].concat([2]).length;
};
