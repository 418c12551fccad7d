// SPDX-License-Identifier: MPL-2.0

// `any[]` from a list without a type.

export default function attempt(): unknown {
  const list = [];
  list.push("text");
  const read = (): number => list[0];
  return read();
}
