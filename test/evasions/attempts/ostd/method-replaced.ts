// SPDX-License-Identifier: MPL-2.0

// A method of one's own, put over that of a handle: what does OSTD itself call?

import { type UFrame, VmSpace } from "@aster/ostd";

export default (): unknown => {
  const space = VmSpace.create();
  if (space === undefined) return undefined;
  const gained: UFrame[] = [];
  for (let frame = 1; frame < 64; frame += 1) {
    space.queryPage = (): number => frame * 4096 + 7;
    const reached = space.frameAt(0x1000);
    if (reached !== undefined) gained.push(reached);
  }
  return gained.length > 0 ? `GAINED ${gained.length} frames` : gained.length;
};
