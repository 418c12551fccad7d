// SPDX-License-Identifier: MPL-2.0

// A class of OSTD that is said to have more.

import { FrameAllocOptions } from "@aster/ostd";

declare module "@aster/ostd" {
  interface FrameAllocOptions {
    readonly machine: { readonly ram: Uint8Array };
  }
}
export default (): unknown => new FrameAllocOptions().machine.ram;
