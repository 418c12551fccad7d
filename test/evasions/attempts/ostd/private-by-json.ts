// SPDX-License-Identifier: MPL-2.0

// A handle as text.
// Harmless: what OSTD keeps is in private fields, which no text shows.

import { FrameAllocOptions } from "@aster/ostd";

export default (): unknown => {
  using frame = new FrameAllocOptions().allocFrame();
  const text = JSON.stringify(frame);
  return text === "{}" ? 0 : `GAINED ${text}`;
};
