// SPDX-License-Identifier: MPL-2.0

// A read-only object under a type that may write.

export default function attempt(): unknown {
  const fixed: { readonly x: number } = { x: 1 };
  const open: { x: number } = fixed;
  open.x = 2;
  return fixed.x;
}
