// SPDX-License-Identifier: MPL-2.0

// The same for a segment that is mapped for a device.

import { DmaStream } from "@aster/ostd";
import type { USegment } from "@aster/ostd";

export default (): unknown => {
  const full = { x: 1, segment: { frameCount: 1, paddr: 0 } };
  const narrowed: { x: number } = full;
  const loose: { x: number; segment?: USegment } = narrowed;
  if (loose.segment === undefined) return 0;
  using stream = DmaStream.map(loose.segment, "Bidirectional");
  return `GAINED ${stream}`;
};
