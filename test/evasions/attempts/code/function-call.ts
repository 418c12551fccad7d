// SPDX-License-Identifier: MPL-2.0

// `Function()` without `new`.

export default function attempt(): unknown {
  return Function("return this")();
}
