// SPDX-License-Identifier: MPL-2.0

// `AsyncFunction`.

export default function attempt(): unknown {
  return (async () => {}).constructor("return process")();
}
