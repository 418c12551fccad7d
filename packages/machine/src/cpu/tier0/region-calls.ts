// SPDX-License-Identifier: MPL-2.0

/** How compiled code is called, by the interpreter and by other compiled code. */

import { type Helper, type ValueType, helper } from "../../wasm/index.ts";

/**
 * What a region's function takes: label | page number << 8, the distance of that page, how deep its own calls may nest, and where
 * its caller goes on: when the program returns there, the region is to be left.
 */
export const REGION_PARAMETERS: readonly ValueType[] = ["i32", "i32", "i32", "i64"];

/** What compiled code imports to call other compiled code, see regions.ts, where the body stands. */
export const CALL_OUT: Helper = helper("callOut", ["i32", "i64", "i32"], ["i32"], () => {
  throw new Error("callOut is imported from the interpreter's module");
});
