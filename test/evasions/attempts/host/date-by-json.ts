// SPDX-License-Identifier: MPL-2.0

// `Date` by an alias of the global object's member.

export default function attempt(): unknown {
  const { Date: D } = globalThis;
  return { clock: +new D() };
}
