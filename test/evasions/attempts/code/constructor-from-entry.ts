// SPDX-License-Identifier: MPL-2.0

// The name `constructor` out of a list of names.

export default function attempt(): unknown {
  const names = Object.getOwnPropertyNames(Object.getPrototypeOf({}));
  const value: Record<string, unknown> = {};
  return names.map((name) => value[name]);
}
