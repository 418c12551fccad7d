// SPDX-License-Identifier: MPL-2.0

// An address cut to 32 bits by an array.

import { FrameAllocOptions, type Paddr } from "@aster/ostd";

const low = (address: Paddr): number | undefined => new Uint32Array([address])[0];

export default (): unknown => {
  using frame = new FrameAllocOptions().allocFrame();
  return frame === undefined ? 0 : low(frame.paddr);
};
