// SPDX-License-Identifier: MPL-2.0

// For realms of our own alone: the command line's process, and workers.
export { evaluateBundle, type BundleExports } from "./compartment/evaluate.ts";
export { hardenRealm, type HardenedRealm } from "./compartment/realm.ts";
export { mapStackTraces } from "./source-maps.ts";
export { linuxKernelBundle } from "./compartment/linux-kernel.ts";
