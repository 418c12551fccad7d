// SPDX-License-Identifier: MPL-2.0

// An operand that runs code.

export default function attempt(): unknown {
  const sneaky = { [Symbol.toPrimitive]: () => 4096 };
  return Number(sneaky);
}
