// SPDX-License-Identifier: MPL-2.0

// How expressions replace, for all of them.

export default (): unknown => {
  RegExp.prototype[Symbol.replace] = () => "forged";
  return "a".replace(/a/, "b");
};
