// SPDX-License-Identifier: MPL-2.0

// A panic that `finally` forgets.

import { FrameAllocOptions } from "@aster/ostd";

export default (): unknown => {
  const frame = new FrameAllocOptions().allocFrame();
  for (;;) {
    try {
      frame?.drop();
      frame?.drop();
    } finally {
      break;
    }
  }
  using next = new FrameAllocOptions().allocFrame();
  return next === undefined ? 0 : next.paddr;
};
