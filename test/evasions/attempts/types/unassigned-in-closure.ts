// SPDX-License-Identifier: MPL-2.0

// A variable that a function uses before it is assigned: undefined under a type without it.
// Harmless: what is missing is refused where it is used.

import { FrameAllocOptions, type UFrame, VmSpace } from "@aster/ostd";

export default (): unknown => {
  const first = new FrameAllocOptions().allocFrame();
  if (first === undefined) return undefined;
  let frame: UFrame;
  const use = (): unknown => VmSpace.create()?.mapPage(0x1000, frame, 3);
  const used = use();
  frame = first;
  return used === true ? "GAINED a page of no frame" : used;
};
