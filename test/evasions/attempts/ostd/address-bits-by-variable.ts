// SPDX-License-Identifier: MPL-2.0

// The same after a detour.

import { FrameAllocOptions } from "@aster/ostd";

export default (): unknown => {
  using frame = new FrameAllocOptions().allocFrame();
  const plain: number = frame?.paddr ?? 0;
  return plain & 0xfff;
};
