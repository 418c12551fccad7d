// SPDX-License-Identifier: MPL-2.0

// The size of the host's stack, by how deep calls go.
// Harmless: how deep calls go is a number, and no two runs promise the same.

const dive = (depth: number): number => {
  try {
    return dive(depth + 1);
  } catch {
    return depth;
  }
};

export default (): unknown => dive(0) > 0;
