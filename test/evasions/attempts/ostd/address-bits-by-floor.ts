// SPDX-License-Identifier: MPL-2.0

// Bits of an address behind a function of the library.

import { FrameAllocOptions, type Paddr } from "@aster/ostd";

const low = (address: Paddr): number => Math.floor(address) & 0xfff;

export default (): unknown => {
  using frame = new FrameAllocOptions().allocFrame();
  return frame === undefined ? 0 : low(frame.paddr);
};
