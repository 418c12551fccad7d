// SPDX-License-Identifier: MPL-2.0

import { test } from "@jest/globals";
import { hardwareContract } from "@aster/hardware/contract";
import { createMachine } from "./create-machine.ts";

const RAM_BYTES = 32 * 1024 * 1024;

test.each(hardwareContract.map((check) => [check.name, check] as const))("%s", async (_, check) => {
  await check.run(() => createMachine({ ramBytes: RAM_BYTES, initramfs: new Uint8Array(100) }));
});
