// SPDX-License-Identifier: MPL-2.0

// The same by an instance's `constructor`.

export default function attempt(): unknown {
  [].constructor.prototype.push = () => 0;
  return [];
}
