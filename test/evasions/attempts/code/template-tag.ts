// SPDX-License-Identifier: MPL-2.0

// A tag that is a maker of code.

export default function attempt(): unknown {
  const tag = (() => {}).constructor;
  return tag`return process`();
}
