// SPDX-License-Identifier: MPL-2.0

// A field that a method uses before the constructor has assigned it.

import { FrameAllocOptions, type UFrame } from "@aster/ostd";

export default (): unknown => {
  class Holder {
    readonly frame: UFrame;
    readonly address: unknown;

    constructor(frame: UFrame) {
      this.address = this.look();
      this.frame = frame;
    }

    look(): unknown {
      return this.frame.paddr;
    }
  }
  const frame = new FrameAllocOptions().allocFrame();
  return frame === undefined ? undefined : new Holder(frame).address;
};
