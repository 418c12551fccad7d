// SPDX-License-Identifier: MPL-2.0

// A getter on a class's prototype, set from outside.

export default function attempt(): unknown {
  class Thing {}
  Object.defineProperty(Thing.prototype, "size", { get: () => 1 });
  return 0;
}
