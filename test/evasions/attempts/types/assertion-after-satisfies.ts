// SPDX-License-Identifier: MPL-2.0

// `satisfies` and then `as`.

export default function attempt(): unknown {
  const x = "text" satisfies string as unknown as number;
  return x;
}
