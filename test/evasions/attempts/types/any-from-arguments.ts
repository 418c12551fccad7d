// SPDX-License-Identifier: MPL-2.0

// `any` from the list of arguments.

export default function attempt(): unknown {
  const first = arguments[0];
  return first.power;
}
