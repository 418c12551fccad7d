// SPDX-License-Identifier: MPL-2.0

// `any` out of `Object.create`.

export default function attempt(): unknown {
  const x: { n: number } = Object.create(null);
  return x.n;
}
