// SPDX-License-Identifier: MPL-2.0

// Code and memory by WebAssembly.

export default function attempt(): unknown {
  return new WebAssembly.Memory({ initial: 1 });
}
