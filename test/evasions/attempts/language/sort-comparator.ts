// SPDX-License-Identifier: MPL-2.0

// A comparator that changes the list.

export default function attempt(): unknown {
  const list: number[] = [3, 1, 2];
  return list.sort(() => (Math.random = () => 4)());
}
