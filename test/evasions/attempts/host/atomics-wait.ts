// SPDX-License-Identifier: MPL-2.0

// Stopping the thread by `Atomics.wait`.

export default function attempt(): unknown {
  return Atomics.wait(new Int32Array(4), 0, 0, 1);
}
