// SPDX-License-Identifier: MPL-2.0

// Memory that another thread shares.

export default function attempt(): unknown {
  return new SharedArrayBuffer(8);
}
