// SPDX-License-Identifier: MPL-2.0
export declare const secret: unknown;
