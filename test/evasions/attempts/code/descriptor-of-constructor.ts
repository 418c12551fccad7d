// SPDX-License-Identifier: MPL-2.0

// `Function` by a property descriptor.

export default function attempt(): unknown {
  const found = Object.getOwnPropertyDescriptor(
    Object.getPrototypeOf(() => {}),
    "constructor",
  );
  return found?.value("return process")();
}
