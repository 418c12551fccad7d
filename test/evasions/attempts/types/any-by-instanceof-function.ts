// SPDX-License-Identifier: MPL-2.0

// The same by `instanceof`.

export default (): unknown => {
  const value: unknown = () => 5;
  if (!(value instanceof Function)) return undefined;
  const got: string = value();
  return got;
};
