// SPDX-License-Identifier: MPL-2.0

// `@ts-ignore`.

export default (): unknown => {
  // @ts-ignore
  const x: number = "text";
  return x;
};
