// SPDX-License-Identifier: MPL-2.0

// `Function` by `Reflect.get`.

export default function attempt(): unknown {
  return Reflect.get(() => {}, "constructor")("return process")();
}
