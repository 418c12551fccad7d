// SPDX-License-Identifier: MPL-2.0

// `import x = require()`.

import fs = require("node:fs");

export default (): unknown => fs;
