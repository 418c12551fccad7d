// SPDX-License-Identifier: MPL-2.0

/** `run.ts` as the build has V8 keep code of it. */
export { keepConfinedCode } from "../compartment/confined-script.ts";
export { runCli } from "./run.ts";
