// SPDX-License-Identifier: MPL-2.0

// `new Function`.

export default function attempt(): unknown {
  return new Function("return process")();
}
