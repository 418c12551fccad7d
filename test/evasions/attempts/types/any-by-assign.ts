// SPDX-License-Identifier: MPL-2.0

// `any` out of `Object.assign` with many sources.

export default function attempt(): unknown {
  const x: { n: number } = Object.assign({}, 1, 2, 3, 4);
  return x.n;
}
