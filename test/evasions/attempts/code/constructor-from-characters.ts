// SPDX-License-Identifier: MPL-2.0

// The name `constructor` out of character codes.

export default function attempt(): unknown {
  const name = String.fromCharCode(99, 111, 110, 115, 116, 114, 117, 99, 116, 111, 114);
  const value: Record<string, unknown> = {};
  return value[name];
}
