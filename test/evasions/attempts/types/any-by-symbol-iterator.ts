// SPDX-License-Identifier: MPL-2.0

// An iterator that returns `any`.

export default function attempt(): unknown {
  const it: Iterator<number> = [1][Symbol.iterator]();
  const end = it.return?.("text");
  const x: number = end?.value;
  return x;
}
