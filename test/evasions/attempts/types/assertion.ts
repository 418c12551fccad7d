// SPDX-License-Identifier: MPL-2.0

// `as`.

export default function attempt(): unknown {
  const x = "text" as unknown as number;
  return x;
}
