// SPDX-License-Identifier: MPL-2.0

// Another thread.

export default function attempt(): unknown {
  return new Worker("data:text/javascript,1");
}
