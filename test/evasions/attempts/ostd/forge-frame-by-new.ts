// SPDX-License-Identifier: MPL-2.0

// A frame by `new`, with a made-up system.

import { UFrame } from "@aster/ostd";

export default (): unknown => {
  const system = { frames: { generation: () => 0, referenceCount: () => 1, increase: () => 0 } };
  const Maker = UFrame as unknown as new (...given: unknown[]) => UFrame;
  return `GAINED ${new Maker(Symbol("OSTD's privilege"), system, 0)}`;
};
