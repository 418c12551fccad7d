// SPDX-License-Identifier: MPL-2.0

// A member for all objects.

export default function attempt(): unknown {
  (Object.prototype as { stolen?: number }).stolen = 1;
  return {};
}
