// SPDX-License-Identifier: MPL-2.0

// A number to write that gives the memory back while it is looked at.

import { FrameAllocOptions, VmSpace } from "@aster/ostd";

export default (): unknown => {
  const frame = new FrameAllocOptions().allocFrame();
  if (frame === undefined) return undefined;
  const { paddr } = frame;
  let space: VmSpace | undefined;
  const value = {
    valueOf(): number {
      frame.drop();
      space = VmSpace.create();
      return 0x67;
    },
  };
  frame.writeU32(0, value as unknown as number);
  space?.mapZeroedPage(0x1000, 3);
  return `GAINED a write to ${paddr}, which is an address space now`;
};
