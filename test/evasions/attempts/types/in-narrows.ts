// SPDX-License-Identifier: MPL-2.0

// What `in` finds is not of the type that has it.

const show = (either: { b: number } | { a: number }): unknown =>
  "a" in either ? either.a.toFixed() : 0;

export default (): unknown => {
  const wide = { b: 1, a: "text" };
  return show(wide);
};
