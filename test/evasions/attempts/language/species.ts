// SPDX-License-Identifier: MPL-2.0

// `Symbol.species`: who makes the results of built-in methods.

export default function attempt(): unknown {
  class Spy extends Array<number> {
    static override get [Symbol.species](): ArrayConstructor {
      return Array;
    }
  }
  return new Spy().map((x) => x);
}
