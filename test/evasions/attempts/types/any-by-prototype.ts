// SPDX-License-Identifier: MPL-2.0

// `any` out of `Object.getPrototypeOf`.

export default function attempt(): unknown {
  const x: { n: number } = Object.getPrototypeOf({});
  return x.n;
}
