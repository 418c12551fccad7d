// SPDX-License-Identifier: MPL-2.0

// `asserts` that does not check.

function check(_value: unknown): asserts _value is number {}

export default (): unknown => {
  const value: unknown = "text";
  check(value);
  return value;
};
