// SPDX-License-Identifier: MPL-2.0

// Types of Node, by `import type`.

import type { Stats } from "node:fs";

export default (stats: Stats): unknown => stats;
