// SPDX-License-Identifier: MPL-2.0

// A type predicate that lies.

function isNumber(_value: unknown): _value is number {
  return true;
}

export default (): unknown => {
  const value: unknown = "text";
  return isNumber(value) ? value.toFixed(1) : 0;
};
