// SPDX-License-Identifier: MPL-2.0

// `Function` by the `constructor` of a built-in method.

export default function attempt(): unknown {
  return [].at.constructor("return process")();
}
