// SPDX-License-Identifier: MPL-2.0

// `constructor` in a parameter's pattern.

export default function attempt(): unknown {
  const take = ({ constructor: Maker }: () => void): unknown => Maker("return process")();
  return take(() => {});
}
