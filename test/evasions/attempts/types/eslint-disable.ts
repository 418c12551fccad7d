// SPDX-License-Identifier: MPL-2.0

// Rules switched off by a comment.

/* eslint-disable */
export default (): unknown => {
  const x: any = "text";
  return x;
};
