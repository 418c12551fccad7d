// SPDX-License-Identifier: MPL-2.0

// A rule switched off by its name.

/* eslint @aster/no-any: "off", @aster/no-lint-directive: 0 */
export default (): unknown => {
  const x: any = "text";
  return x;
};
