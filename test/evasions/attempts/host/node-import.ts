// SPDX-License-Identifier: MPL-2.0

// A static import of a module of Node.

import { readFileSync } from "node:fs";

export default (): unknown => readFileSync;
