// SPDX-License-Identifier: MPL-2.0

// A text where a number belongs: added to an address, it is another address.

import { FrameAllocOptions } from "@aster/ostd";

export default (): unknown => {
  const frame = new FrameAllocOptions().allocFrame();
  const [offset]: unknown[] = ["1"];
  frame?.writeU8(1, 77);
  const value = frame?.readU8(offset as number);
  return value === 77 ? "the byte at 1" : "GAINED a byte of other memory";
};
