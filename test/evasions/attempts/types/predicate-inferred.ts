// SPDX-License-Identifier: MPL-2.0

// A predicate that the compiler infers is true by its body.

const isShort = (value: string | number) => typeof value === "number";

export default (): unknown => {
  const value: string | number = JSON.parse('"text"');
  return isShort(value) ? value : 0;
};
