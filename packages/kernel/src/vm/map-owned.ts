// SPDX-License-Identifier: MPL-2.0

import type { UFrame, VmSpace } from "@aster/ostd";

/** Maps a frame that the caller made and gives up: the mapping alone keeps it. False without memory. */
export function mapOwned(space: VmSpace, page: number, frame: UFrame, flags: number): boolean {
  const isMapped = space.mapPage(page, frame, flags);
  frame.drop();
  return isMapped;
}
