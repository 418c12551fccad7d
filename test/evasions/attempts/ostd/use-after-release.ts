// SPDX-License-Identifier: MPL-2.0

// A frame after its release.

import { FrameAllocOptions } from "@aster/ostd";

export default (): unknown => {
  const frame = new FrameAllocOptions().allocFrame();
  frame?.drop();
  return `GAINED ${frame?.paddr}`;
};
