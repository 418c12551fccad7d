// SPDX-License-Identifier: MPL-2.0

// Node's `require`.

export default function attempt(): unknown {
  return require("node:fs");
}
