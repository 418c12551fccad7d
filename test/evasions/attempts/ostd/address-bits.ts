// SPDX-License-Identifier: MPL-2.0

// Bit operations on an address.

import { FrameAllocOptions } from "@aster/ostd";

export default (): unknown => {
  using frame = new FrameAllocOptions().allocFrame();
  return frame && frame.paddr >>> 12;
};
