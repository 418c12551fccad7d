// SPDX-License-Identifier: MPL-2.0

// A number of frames that is another after it was asked a few times.

import { FrameAllocOptions, type USegment } from "@aster/ostd";

export default (): unknown => {
  const made: USegment[] = [];
  for (let honest = 0; honest < 12; honest += 1) {
    let asked = 0;
    const frames = { valueOf: () => ((asked += 1) <= honest ? 1 : 1_000_000) };
    const segment = new FrameAllocOptions().allocSegment(frames as unknown as number);
    if (segment !== undefined) made.push(segment);
  }
  const longest = Math.max(0, ...made.map((segment) => segment.size));
  return longest > 4096 ? `GAINED ${longest}` : longest;
};
