// SPDX-License-Identifier: MPL-2.0
export const fail = (code: number): number => -code;
