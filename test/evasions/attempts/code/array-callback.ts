// SPDX-License-Identifier: MPL-2.0

// A maker of code as a callback.

export default function attempt(): unknown {
  return ["return process"].map((() => {}).constructor as never);
}
