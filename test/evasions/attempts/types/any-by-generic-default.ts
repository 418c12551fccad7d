// SPDX-License-Identifier: MPL-2.0

// `any` as a type parameter's default.

function smuggle<T = any>(value: unknown): T {
  return value as T;
}

export default (): unknown => {
  const x: number = smuggle("text");
  return x;
};
