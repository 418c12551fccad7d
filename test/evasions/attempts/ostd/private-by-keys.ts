// SPDX-License-Identifier: MPL-2.0

// All members of a handle, hidden ones too.

import { FrameAllocOptions } from "@aster/ostd";

export default (): unknown => {
  using frame = new FrameAllocOptions().allocFrame();
  return frame && Reflect.ownKeys(frame).map((key) => Reflect.get(frame, key));
};
