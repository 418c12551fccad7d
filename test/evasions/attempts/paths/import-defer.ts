// SPDX-License-Identifier: MPL-2.0

// A module that is loaded late.

import defer * as late from "../ostd/leaked-handle.ts";

export default (): unknown => late;
