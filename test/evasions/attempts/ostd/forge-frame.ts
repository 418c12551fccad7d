// SPDX-License-Identifier: MPL-2.0

// An object of a frame's shape, given to OSTD.

import { UFrame } from "@aster/ostd";

export default (): unknown => {
  const forged: UFrame = { ...UFrame.prototype, frameCount: 1, paddr: 0 };
  return `GAINED ${UFrame.prototype.clone.call(forged)}`;
};
