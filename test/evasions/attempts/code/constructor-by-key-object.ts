// SPDX-License-Identifier: MPL-2.0

// The maker of functions, by a key that says its name when it is asked.

export default (): unknown => {
  const key = { toString: () => "constructor" };
  return (() => 1)[key as unknown as "name"];
};
