// SPDX-License-Identifier: MPL-2.0

// What `typeof` finds to be a function may be called with anything, and returns `any`.

export default (): unknown => {
  const value: unknown = (text: string) => text.length;
  if (typeof value !== "function") return undefined;
  const got: string = value(12);
  return got;
};
