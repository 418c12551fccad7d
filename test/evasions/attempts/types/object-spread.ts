// SPDX-License-Identifier: MPL-2.0

// A spread of `object` over known fields.

export default function attempt(): unknown {
  const hidden: object = { x: "text" };
  const point: { x: number } = { x: 1, ...hidden };
  return point.x;
}
