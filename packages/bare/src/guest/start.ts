// SPDX-License-Identifier: MPL-2.0

import { bootKernel } from "@aster/ostd/boot";
import { BareHardware } from "./bare-hardware.ts";
import { takeNative } from "./native.ts";

type Kernel = Parameters<typeof bootKernel>[0];

// Before the kernel's modules are evaluated: they shall not find it.
const native = takeNative();

/** Boots `kernel` on the machine that this image runs on. */
export function start(kernel: Kernel): void {
  const hardware = new BareHardware(native);
  // The promise settles only when OSTD failed to power the machine off itself.
  bootKernel(kernel, hardware).then(
    (code) => hardware.powerOff(code),
    (error: unknown) => {
      const text =
        error instanceof Error ? `${error.message}\n${error.stack ?? ""}` : String(error);
      for (const character of `panic: ${text}\n`) {
        hardware.earlyConsoleWrite(character.charCodeAt(0) & 0xff);
      }
      hardware.powerOff(1);
    },
  );
}
