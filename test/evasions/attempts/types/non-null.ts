// SPDX-License-Identifier: MPL-2.0

// `!`.

export default function attempt(): unknown {
  const list: readonly number[] = [];
  const x: number = list[0]!;
  return x;
}
