// SPDX-License-Identifier: MPL-2.0

// `this` of a reviver, which is the holder.

export default function attempt(): unknown {
  return JSON.parse("[1]", function (this: unknown) {
    return this;
  });
}
