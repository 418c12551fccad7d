// SPDX-License-Identifier: MPL-2.0

// The same by `__proto__`.

export default function attempt(): unknown {
  const shared = ({} as { __proto__: { stolen?: number } }).__proto__;
  shared.stolen = 1;
  return {};
}
