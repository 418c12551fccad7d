// SPDX-License-Identifier: MPL-2.0

// `any` out of `Object.entries` of `{}`.

export default function attempt(): unknown {
  const hidden: object = { a: "text" };
  const all: [string, number][] = Object.entries(hidden);
  return all;
}
