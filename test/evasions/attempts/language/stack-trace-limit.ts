// SPDX-License-Identifier: MPL-2.0

// No traces for anybody, by `Error.stackTraceLimit`.

export default function attempt(): unknown {
  Error.stackTraceLimit = 0;
  return 0;
}
