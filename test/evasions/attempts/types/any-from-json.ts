// SPDX-License-Identifier: MPL-2.0

// `any` out of `JSON.parse`.

export default function attempt(): unknown {
  const table: { rows: number[] } = JSON.parse("{}");
  return table.rows;
}
