// SPDX-License-Identifier: MPL-2.0

// `any[]` from `new Array(n)`.

export default function attempt(): unknown {
  const list = new Array(3);
  list[0] = "text";
  const x: number = list[0];
  return x;
}
