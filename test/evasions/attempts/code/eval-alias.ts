// SPDX-License-Identifier: MPL-2.0

// `eval` under another name.

export default function attempt(): unknown {
  const run = eval;
  return run("globalThis");
}
