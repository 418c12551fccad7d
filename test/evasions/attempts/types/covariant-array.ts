// SPDX-License-Identifier: MPL-2.0

// A list of frames as a list of anything, written through.

import { FrameAllocOptions } from "@aster/ostd";
import type { UFrame } from "@aster/ostd";

export default (): unknown => {
  using real = new FrameAllocOptions().allocFrame();
  const frames: UFrame[] = [];
  const loose: (UFrame | { frameCount: number })[] = frames;
  loose.push({ frameCount: 1 });
  const [forged] = frames;
  if (real === undefined || forged === undefined) return 0;
  real.copyFrom(forged);
  return "GAINED";
};
