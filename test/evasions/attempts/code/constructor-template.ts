// SPDX-License-Identifier: MPL-2.0

// The name `constructor` in a template.

export default function attempt(): unknown {
  const tail = "structor";
  const make: Record<string, unknown> = Object.assign(() => {});
  return make[`con${tail}`];
}
