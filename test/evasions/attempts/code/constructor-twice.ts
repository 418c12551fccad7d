// SPDX-License-Identifier: MPL-2.0

// From any value to its class, to `Function`.

export default function attempt(): unknown {
  return "".constructor.constructor("return process")();
}
