// SPDX-License-Identifier: MPL-2.0

// `Function` by an arrow function's `constructor`.

export default function attempt(): unknown {
  return (() => {}).constructor("return process")();
}
