// SPDX-License-Identifier: MPL-2.0

// A type in a comment.

export default (): unknown => {
  /** @type {any} */
  const x = "text";
  const y: number = x;
  return y;
};
