// SPDX-License-Identifier: MPL-2.0

// `globalThis` and a member of it.

export default function attempt(): unknown {
  return (globalThis as { process?: unknown }).process;
}
