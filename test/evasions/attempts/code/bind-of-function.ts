// SPDX-License-Identifier: MPL-2.0

// `Function` by `bind` and `call`.

export default function attempt(): unknown {
  const make = Function.bind(undefined);
  return make.call(undefined, "return process")();
}
