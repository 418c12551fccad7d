// SPDX-License-Identifier: MPL-2.0

// `constructor` in a pattern.

export default function attempt(): unknown {
  const { constructor: Maker } = () => {};
  return Maker("return process")();
}
