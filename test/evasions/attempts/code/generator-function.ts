// SPDX-License-Identifier: MPL-2.0

// `GeneratorFunction`.

export default function attempt(): unknown {
  return function* () {}.constructor("yield process")().next();
}
