// SPDX-License-Identifier: MPL-2.0

// The same by `["__proto__"]`.

export default function attempt(): unknown {
  const shared = ({} as Record<string, { stolen?: number }>)["__proto__"];
  if (shared !== undefined) shared.stolen = 1;
  return {};
}
