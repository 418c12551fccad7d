// SPDX-License-Identifier: MPL-2.0

// An object with `__proto__` in its literal.

export default function attempt(): unknown {
  const made = { __proto__: { isRoot: true } };
  return made;
}
