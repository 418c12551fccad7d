// SPDX-License-Identifier: MPL-2.0

// `any` by a conditional type.

export default function attempt(): unknown {
  type Loose = ReturnType<typeof JSON.parse>;
  const hidden: Loose = "text";
  const x: number = hidden;
  return x;
}
