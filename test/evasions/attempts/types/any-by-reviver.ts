// SPDX-License-Identifier: MPL-2.0

// `any` in a reviver.

export default function attempt(): unknown {
  const seen: number[] = [];
  JSON.parse('["text"]', (_key, value) => seen.push(value));
  return seen;
}
