// SPDX-License-Identifier: MPL-2.0

// What looks like a class's object, and is none.

class Name {
  text = "a";
}

const lengthOf = (value: Name | string): number =>
  value instanceof Name ? value.text.length : value.trim().length;

export default (): unknown => {
  const lookalike = { text: "b" };
  return lengthOf(lookalike);
};
