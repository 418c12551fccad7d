// SPDX-License-Identifier: MPL-2.0

// Bits of an address by `Math.imul`.

import { FrameAllocOptions, type Paddr } from "@aster/ostd";

const low = (address: Paddr): number => Math.imul(address, 1);

export default (): unknown => {
  using frame = new FrameAllocOptions().allocFrame();
  return frame === undefined ? 0 : low(frame.paddr);
};
