// SPDX-License-Identifier: MPL-2.0
// SAFETY: this is what an attempt wants to reach.
export const secret: unknown = globalThis;
