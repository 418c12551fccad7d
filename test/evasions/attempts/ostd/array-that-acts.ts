// SPDX-License-Identifier: MPL-2.0

// Bytes to write whose buffer gives the memory back while it is asked for.

import { FrameAllocOptions, VmSpace } from "@aster/ostd";

export default (): unknown => {
  const frame = new FrameAllocOptions().allocFrame();
  if (frame === undefined) return undefined;
  const bytes = new Uint8Array(64).fill(0x67);
  const { buffer } = bytes;
  let acted = false;
  Object.defineProperty(bytes, "buffer", {
    get: () => {
      if (!acted) frame.drop();
      acted = true;
      VmSpace.create();
      return buffer;
    },
  });
  frame.writeBytes(0, bytes, 0, 64);
  return acted ? "GAINED a write to a page table" : "written before";
};
