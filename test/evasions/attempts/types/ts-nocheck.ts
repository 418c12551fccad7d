// SPDX-License-Identifier: MPL-2.0

// `@ts-nocheck`.

// @ts-nocheck
export default (): unknown => {
  const x: number = "text";
  return x;
};
