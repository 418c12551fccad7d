// SPDX-License-Identifier: MPL-2.0

// Another `push` for all lists.

export default function attempt(): unknown {
  Array.prototype.push = () => 0;
  return [];
}
