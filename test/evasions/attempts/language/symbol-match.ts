// SPDX-License-Identifier: MPL-2.0

// `Symbol.match`: what is a regular expression.

export default (): unknown =>
  "a".includes({ [Symbol.match]: false, toString: () => "a" }.toString());
