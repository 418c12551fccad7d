// SPDX-License-Identifier: MPL-2.0

// `arguments.callee`.

export default function attempt(): unknown {
  return arguments.callee;
}
