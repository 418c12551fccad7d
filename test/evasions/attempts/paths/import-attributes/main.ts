// SPDX-License-Identifier: MPL-2.0

// An import as text.

import text from "./secret.unsafe.ts" with { type: "text" };

export default (): unknown => text;
