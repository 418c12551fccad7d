// SPDX-License-Identifier: MPL-2.0

// Types of a `.d.ts` file for nothing.

import type { Secret } from "./secret.d.ts";

export default (): unknown => ({ x: 1 }) satisfies Secret;
