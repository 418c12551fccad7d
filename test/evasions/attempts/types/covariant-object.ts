// SPDX-License-Identifier: MPL-2.0

// The same for an object's field.

import { FrameAllocOptions } from "@aster/ostd";
import type { UFrame } from "@aster/ostd";

export default (): unknown => {
  using real = new FrameAllocOptions().allocFrame();
  if (real === undefined) return 0;
  const holder: { frame: UFrame } = { frame: real };
  const loose: { frame: UFrame | { frameCount: number } } = holder;
  loose.frame = { frameCount: 1 };
  real.copyFrom(holder.frame);
  return "GAINED";
};
