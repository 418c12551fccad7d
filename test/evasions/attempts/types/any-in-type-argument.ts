// SPDX-License-Identifier: MPL-2.0

// `any` inside of a type's argument.

export default function attempt(): unknown {
  const list: readonly Record<string, any>[] = [{ a: "text" }];
  const x: number = list[0]?.["a"];
  return x;
}
