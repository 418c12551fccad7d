// SPDX-License-Identifier: MPL-2.0

// `constructor` in a pattern with a computed name.

export default function attempt(): unknown {
  const name = "constructor" as const;
  const { [name]: Maker } = () => {};
  return Maker("return process")();
}
