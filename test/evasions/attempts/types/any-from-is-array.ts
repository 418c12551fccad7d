// SPDX-License-Identifier: MPL-2.0

// `any[]` out of `Array.isArray`.

export default function attempt(): unknown {
  const list: unknown = ["text"];
  if (Array.isArray(list)) {
    const first: number = list[0];
    return first;
  }
  return 0;
}
