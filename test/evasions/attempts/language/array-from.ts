// SPDX-License-Identifier: MPL-2.0

// Another `Array.from`.

export default function attempt(): unknown {
  Array.from = () => [];
  return [];
}
