// SPDX-License-Identifier: MPL-2.0

// The same with a name of the running program.

export default function attempt(): unknown {
  const table: Record<string, number> = {};
  const name = ["to", "String"].join("");
  return table[name];
}
