// SPDX-License-Identifier: MPL-2.0

// `Proxy` by the global object.

export default function attempt(): unknown {
  const { Proxy: P } = globalThis;
  return new P({}, {});
}
