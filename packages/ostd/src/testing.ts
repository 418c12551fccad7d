// SPDX-License-Identifier: MPL-2.0

export { FakeHardware } from "./testing/fake-hardware.ts";
export type { FakeHardwareOptions, UserScript } from "./testing/fake-hardware.ts";
export { bootTestKernel, enterTestSystem, systemCounts } from "./testing/test-system.ts";
export type { TestSystem, TestSystemOptions } from "./testing/test-system.ts";
