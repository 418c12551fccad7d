// SPDX-License-Identifier: MPL-2.0

// A member that is no longer what it was found to be.

import { FrameAllocOptions, type UFrame } from "@aster/ostd";

interface Box {
  frame: UFrame | undefined;
}

const empty = (box: Box): void => {
  box.frame = undefined;
};

export default (): unknown => {
  const box: Box = { frame: new FrameAllocOptions().allocFrame() };
  if (box.frame === undefined) return undefined;
  empty(box);
  return box.frame.paddr;
};
