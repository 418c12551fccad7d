// SPDX-License-Identifier: MPL-2.0

// Chance that no seed gave.

export default function attempt(): unknown {
  return { chance: Math.random() };
}
