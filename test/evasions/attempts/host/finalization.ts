// SPDX-License-Identifier: MPL-2.0

// What the garbage collector does, by `FinalizationRegistry`.

export default function attempt(): unknown {
  return new FinalizationRegistry(() => {});
}
