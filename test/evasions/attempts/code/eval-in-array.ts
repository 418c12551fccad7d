// SPDX-License-Identifier: MPL-2.0

// `eval` in a list.

export default function attempt(): unknown {
  return [eval].map((run) => run("globalThis"));
}
