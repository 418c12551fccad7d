// SPDX-License-Identifier: MPL-2.0

import * as ostd from "@aster/ostd";
import { bootKernel } from "@aster/ostd/boot";
import { BareHardware } from "./bare-hardware.ts";
import { evaluateKernel } from "./compartment.ts";
import { fail } from "./fail.ts";
import { takeNative } from "./native.ts";

type Kernel = Parameters<typeof bootKernel>[0];

const native = takeNative();

function isKernel(value: unknown): value is Kernel {
  return typeof value === "object" && value !== null && "entry" in value && "policies" in value;
}

/** Boots the image's kernel on the machine that it runs on. */
async function start(): Promise<void> {
  try {
    const kernel = evaluateKernel(native, { "@aster/ostd": ostd })["default"];
    if (!isKernel(kernel)) {
      throw new Error("expected a default export of the kernel that main(…) of @aster/ostd gave");
    }
    const hardware = new BareHardware(native);
    // Settles only when OSTD failed to power the machine off itself.
    hardware.powerOff(await bootKernel(kernel, hardware));
  } catch (error) {
    fail(native, error);
  }
}

// As a job: the engine finds a captured variable at once in one frame at a time, which is to be the
// kernel's, not this script's.
void Promise.resolve().then(start);
