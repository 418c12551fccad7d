// SPDX-License-Identifier: MPL-2.0

// `AsyncGeneratorFunction`.

export default function attempt(): unknown {
  return async function* () {}.constructor("yield process")().next();
}
