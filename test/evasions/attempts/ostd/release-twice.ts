// SPDX-License-Identifier: MPL-2.0

// A frame released twice.

import { FrameAllocOptions } from "@aster/ostd";

export default (): unknown => {
  const frame = new FrameAllocOptions().allocFrame();
  frame?.drop();
  frame?.drop();
  return "GAINED";
};
