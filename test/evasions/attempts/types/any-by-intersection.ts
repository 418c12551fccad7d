// SPDX-License-Identifier: MPL-2.0

// `any` swallowing an intersection.

export default function attempt(): unknown {
  type Loose = number & ReturnType<typeof JSON.parse>;
  const x: Loose = "text";
  return x;
}
