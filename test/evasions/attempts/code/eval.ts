// SPDX-License-Identifier: MPL-2.0

// Direct `eval`.

export default function attempt(): unknown {
  return eval("process");
}
