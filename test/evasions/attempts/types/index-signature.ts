// SPDX-License-Identifier: MPL-2.0

// A record that claims to have every name.

export default function attempt(): unknown {
  const table: Record<string, number> = {};
  const x: number = table["toString"]!;
  return x;
}
