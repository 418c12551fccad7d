// SPDX-License-Identifier: MPL-2.0

// An exception put into a generator of OSTD's.

import { FrameAllocOptions } from "@aster/ostd";

export default (): unknown => {
  using segment = new FrameAllocOptions().allocSegment(2);
  const frames = segment?.frames();
  frames?.next();
  return frames?.throw?.(new Error("mine"));
};
