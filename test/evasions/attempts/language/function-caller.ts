// SPDX-License-Identifier: MPL-2.0

// `caller` of a function.

export default function attempt(): unknown {
  const inner = (): unknown => (attempt as { caller?: unknown }).caller;
  return inner();
}
