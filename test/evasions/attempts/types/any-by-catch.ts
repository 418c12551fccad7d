// SPDX-License-Identifier: MPL-2.0

// `any` out of `catch`.

export default function attempt(): unknown {
  try {
    throw "text";
  } catch (error: any) {
    const x: number = error;
    return x;
  }
}
