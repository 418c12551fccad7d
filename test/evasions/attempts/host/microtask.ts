// SPDX-License-Identifier: MPL-2.0

// The host's queue of jobs.

export default function attempt(): unknown {
  return queueMicrotask;
}
