// SPDX-License-Identifier: MPL-2.0

// A frame that nobody ends.

import { FrameAllocOptions } from "@aster/ostd";

export default (): unknown => {
  const frame = new FrameAllocOptions().allocFrame();
  return frame?.paddr;
};
