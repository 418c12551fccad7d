// SPDX-License-Identifier: MPL-2.0

// What was imported as a type, used as a value.

import type { FrameAllocOptions } from "@aster/ostd";

export { type FrameAllocOptions as Type, FrameAllocOptions };
export default (): unknown => new FrameAllocOptions();
