// SPDX-License-Identifier: MPL-2.0

// `let x!: T`.

export default function attempt(): unknown {
  let x!: number;
  return x;
}
