// SPDX-License-Identifier: MPL-2.0

// A class that extends what an expression gives.

export default function attempt(): unknown {
  class Heir extends ((() => {}).constructor as unknown as new (code: string) => () => unknown) {}
  return new Heir("return process")();
}
