// SPDX-License-Identifier: MPL-2.0

// Symbols that all realms share.

export default function attempt(): unknown {
  return Symbol.for("aster.secret");
}
