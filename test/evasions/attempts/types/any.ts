// SPDX-License-Identifier: MPL-2.0

// `any`, written.

export default function attempt(): unknown {
  const x: any = "text";
  const y: number = x;
  return y;
}
