// SPDX-License-Identifier: MPL-2.0

// A method of a handle of OSTD's, put on an object of one's own.

import { FrameAllocOptions } from "@aster/ostd";

export default (): unknown => {
  using frame = new FrameAllocOptions().allocFrame();
  if (frame === undefined) return 0;
  const fake = { paddr: 0, frameCount: 9, readU8: frame.readU8 };
  return fake.readU8(0);
};
