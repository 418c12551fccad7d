// SPDX-License-Identifier: MPL-2.0

// `@ts-expect-error`.

export default (): unknown => {
  // @ts-expect-error: known
  const x: number = "text";
  return x;
};
