// SPDX-License-Identifier: MPL-2.0

// The same by `>>=`.

import { FrameAllocOptions } from "@aster/ostd";

export default (): unknown => {
  using frame = new FrameAllocOptions().allocFrame();
  let index: number = frame?.paddr ?? 0;
  index >>= 12;
  return index;
};
