// SPDX-License-Identifier: MPL-2.0

// `Function` by `Object.getPrototypeOf`.

export default function attempt(): unknown {
  const prototype = Object.getPrototypeOf(() => {});
  return prototype.constructor("return process")();
}
