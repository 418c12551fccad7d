// SPDX-License-Identifier: MPL-2.0

export { ktest } from "./ktest/collection.unsafe.ts";
export type { KtestBody, KtestOptions } from "./ktest/collection.unsafe.ts";
