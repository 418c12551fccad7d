// SPDX-License-Identifier: MPL-2.0

// `any` out of `bind`.

export default function attempt(): unknown {
  const read = (work: { bind: Function }): number => work.bind(undefined)();
  return read(() => "text");
}
