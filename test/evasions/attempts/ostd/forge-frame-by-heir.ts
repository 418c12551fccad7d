// SPDX-License-Identifier: MPL-2.0

// A heir of a frame that is made by `return` in its constructor.

import { UFrame } from "@aster/ostd";

export default (): unknown => {
  class Forged extends (UFrame as unknown as new () => UFrame) {}
  return `GAINED ${new Forged().referenceCount}`;
};
