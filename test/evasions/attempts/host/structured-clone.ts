// SPDX-License-Identifier: MPL-2.0

// `structuredClone`, which transfers buffers.

export default function attempt(): unknown {
  return structuredClone;
}
