// SPDX-License-Identifier: MPL-2.0

// `any` out of `Object.fromEntries`.

export default function attempt(): unknown {
  const pairs: Iterable<readonly string[]> = [["a", "text"]];
  const x: number = Object.fromEntries(pairs).a;
  return x;
}
