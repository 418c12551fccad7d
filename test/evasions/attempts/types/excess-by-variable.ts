// SPDX-License-Identifier: MPL-2.0

// Something that is no frame, by a type that does not know its field.

import { FrameAllocOptions } from "@aster/ostd";
import type { UFrame } from "@aster/ostd";

export default (): unknown => {
  using real = new FrameAllocOptions().allocFrame();
  const wide = { x: 1, frame: { frameCount: 1 } };
  const narrow: { x: number } = wide;
  const loose: { x: number; frame?: UFrame } = narrow;
  if (real === undefined || loose.frame === undefined) return 0;
  real.copyFrom(loose.frame);
  return "GAINED";
};
