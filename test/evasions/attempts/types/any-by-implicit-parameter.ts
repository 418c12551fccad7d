// SPDX-License-Identifier: MPL-2.0

// A callback's parameter without a type.

export default function attempt(): unknown {
  const work = (value) => value.secret;
  return work;
}
