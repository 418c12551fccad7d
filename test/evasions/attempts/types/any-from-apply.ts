// SPDX-License-Identifier: MPL-2.0

// `any` out of `Function.prototype.apply`.

export default function attempt(): unknown {
  const call = (work: Function): number => work.apply(undefined, ["text"]);
  return call((x: unknown) => x);
}
