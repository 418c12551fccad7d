// SPDX-License-Identifier: MPL-2.0

// `this` under another name before it is whole, to read a handle that is not there yet.

import { FrameAllocOptions } from "@aster/ostd";
import type { UFrame } from "@aster/ostd";

class Early {
  readonly self: Early = this;
  readonly count: number = this.self.frame.referenceCount;
  readonly frame: UFrame;

  constructor(frame: UFrame) {
    this.frame = frame;
  }
}

export default (): unknown => {
  using frame = new FrameAllocOptions().allocFrame();
  return frame && `GAINED ${new Early(frame).count}`;
};
