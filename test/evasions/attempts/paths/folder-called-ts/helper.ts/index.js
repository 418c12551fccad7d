// SPDX-License-Identifier: MPL-2.0
export const secret = globalThis.process;
