// SPDX-License-Identifier: MPL-2.0

// `Reflect.construct` with what `Reflect.get` gives.

export default function attempt(): unknown {
  return Reflect.construct(
    Reflect.get(() => {}, "constructor"),
    ["return process"],
  )();
}
