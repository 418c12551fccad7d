// SPDX-License-Identifier: MPL-2.0

// A name of its own for all errors.

export default (): unknown => {
  Error.prototype.name = "Forged";
  return new Error("x").name;
};
