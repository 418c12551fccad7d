// SPDX-License-Identifier: MPL-2.0

// A reader whose limit is no number, and one whose limit is behind its end.

import { FrameAllocOptions } from "@aster/ostd";

export default (): unknown => {
  const frame = new FrameAllocOptions().allocFrame();
  const ends = [NaN, Infinity, -1, 2 ** 53].map((end) => frame?.reader().limit(end).remain ?? 0);
  return ends.some((end) => !(end >= 0 && end <= 4096)) ? `GAINED ${ends.join()}` : ends.join();
};
