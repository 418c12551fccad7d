// SPDX-License-Identifier: MPL-2.0

// The same from a number.

export default function attempt(): unknown {
  return (1).constructor.constructor("return process")();
}
