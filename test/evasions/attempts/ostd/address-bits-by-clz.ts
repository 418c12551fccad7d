// SPDX-License-Identifier: MPL-2.0

// Bits of an address by `Math.clz32`.

import { FrameAllocOptions, type Paddr } from "@aster/ostd";

const high = (address: Paddr): number => Math.clz32(address);

export default (): unknown => {
  using frame = new FrameAllocOptions().allocFrame();
  return frame === undefined ? 0 : high(frame.paddr);
};
