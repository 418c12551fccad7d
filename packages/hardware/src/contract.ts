// SPDX-License-Identifier: MPL-2.0

import type { ContractCheck } from "./contract/check.ts";
import { deviceChecks } from "./contract/devices.ts";
import { memoryChecks } from "./contract/memory.ts";
import { userModeChecks } from "./contract/user-mode.ts";

export type { ContractCheck, HardwareFactory } from "./contract/check.ts";

/**
 * What every machine must do for OSTD to run on it. Independent of a test framework, so
 * that it runs in a bare-metal image as well:
 * `for (const check of hardwareContract) test(check.name, () => check.run(create))`.
 */
export const hardwareContract: readonly ContractCheck[] = [
  ...memoryChecks,
  ...deviceChecks,
  ...userModeChecks,
];
