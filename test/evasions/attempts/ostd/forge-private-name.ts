// SPDX-License-Identifier: MPL-2.0

// A private field of OSTD by its name.

import { FrameAllocOptions } from "@aster/ostd";

export default (): unknown => {
  using frame = new FrameAllocOptions().allocFrame();
  const open = frame as unknown as Record<string, unknown>;
  return [open["#system"], open["_system"], open["system"]];
};
