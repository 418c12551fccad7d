// SPDX-License-Identifier: MPL-2.0

// `super` in an object's method.

export default function attempt(): unknown {
  const made = {
    take(): unknown {
      return super.constructor;
    },
  };
  return made.take();
}
