// SPDX-License-Identifier: MPL-2.0

// `Map<any, any>` from `new Map()`.

export default function attempt(): unknown {
  const table = new Map();
  table.set(1, "text");
  const x: number = table.get(1);
  return x;
}
