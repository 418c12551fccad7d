// SPDX-License-Identifier: MPL-2.0

// A global of one's own, which all kernels see.

export default function attempt(): unknown {
  Object.assign(globalThis, { stolen: 1 });
  return 0;
}
