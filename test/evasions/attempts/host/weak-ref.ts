// SPDX-License-Identifier: MPL-2.0

// What the garbage collector does, by `WeakRef`.

export default function attempt(): unknown {
  return new WeakRef({});
}
