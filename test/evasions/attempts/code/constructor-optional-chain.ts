// SPDX-License-Identifier: MPL-2.0

// `constructor` behind `?.`.

export default function attempt(): unknown {
  return (() => {})?.constructor?.("return process")();
}
