// SPDX-License-Identifier: MPL-2.0

// An async function where a plain one is expected.

export default function attempt(): unknown {
  [1].forEach(async () => {});
  return 0;
}
