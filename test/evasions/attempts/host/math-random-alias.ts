// SPDX-License-Identifier: MPL-2.0

// `Math.random` under another name.

export default function attempt(): unknown {
  const { random } = Math;
  return { chance: random() };
}
