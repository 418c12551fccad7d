// SPDX-License-Identifier: MPL-2.0

// The same, re-exported.

export { secret as default } from "./secret.unsafe.ts";
