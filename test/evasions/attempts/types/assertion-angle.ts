// SPDX-License-Identifier: MPL-2.0

// `<T>x`.

export default function attempt(): unknown {
  const x = <number>(<unknown>"text");
  return x;
}
