// SPDX-License-Identifier: MPL-2.0

// A class that calls everything its instance.

export default function attempt(): unknown {
  class Liar {
    static [Symbol.hasInstance](): boolean {
      return true;
    }
  }
  return {} instanceof Liar;
}
