// SPDX-License-Identifier: MPL-2.0

// The same from an exception.

export default function attempt(): unknown {
  try {
    throw new TypeError("x");
  } catch (error) {
    return (error as Error).constructor.constructor("return process")();
  }
}
