// SPDX-License-Identifier: MPL-2.0

// JSON, whose types nobody checks.

import table from "./table.json" with { type: "json" };

export default (): unknown => table;
