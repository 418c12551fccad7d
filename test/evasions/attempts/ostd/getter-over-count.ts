// SPDX-License-Identifier: MPL-2.0

// A segment that tells of more frames than it has.

import { FrameAllocOptions, VmSpace } from "@aster/ostd";

export default (): unknown => {
  const segment = new FrameAllocOptions().allocSegment(1);
  const space = VmSpace.create();
  if (segment === undefined || space === undefined) return undefined;
  Object.defineProperty(segment, "frameCount", { value: 1_000_000 });
  return `GAINED ${segment.frame(1).paddr}`;
};
