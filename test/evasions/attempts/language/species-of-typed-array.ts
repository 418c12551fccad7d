// SPDX-License-Identifier: MPL-2.0

// `Symbol.species` of all typed arrays.

export default function attempt(): unknown {
  const typed = Object.getPrototypeOf(Uint8Array) as object;
  return Object.defineProperty(typed, Symbol.species, { value: Array });
}
