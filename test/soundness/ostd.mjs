// SPDX-License-Identifier: MPL-2.0

// The packages under test, as built. A mutation patches them while they are loaded (mutate/hooks.mjs).
export * as ostd from "../../packages/ostd/dist/index.js";
export { enterTestSystem, FakeHardware } from "../../packages/ostd/dist/testing.js";
export { bootKernel } from "../../packages/ostd/dist/boot.js";
export { createMachine, seededEntropy, VirtualClock } from "../../packages/machine/dist/index.js";
export { loadTier0 } from "../../packages/machine/dist/node.js";
