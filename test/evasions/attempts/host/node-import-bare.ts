// SPDX-License-Identifier: MPL-2.0

// The same without `node:`.

import fs from "fs";

export default (): unknown => fs;
