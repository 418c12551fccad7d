// SPDX-License-Identifier: MPL-2.0

// A frame by its prototype, without the constructor.

import { UFrame } from "@aster/ostd";

export default (): unknown => {
  const forged = Object.create(UFrame.prototype) as UFrame;
  return `GAINED ${forged.referenceCount}`;
};
