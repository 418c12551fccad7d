// SPDX-License-Identifier: MPL-2.0

// A cast to `never`, which goes everywhere.

export default function attempt(): unknown {
  const x: number = "text" as never;
  return x;
}
