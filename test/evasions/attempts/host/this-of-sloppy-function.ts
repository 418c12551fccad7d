// SPDX-License-Identifier: MPL-2.0

// `this` of a function that is called without a receiver.

export default function attempt(): unknown {
  const self = (function (this: unknown) {
    return this;
  })();
  return self;
}
