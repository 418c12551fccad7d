// SPDX-License-Identifier: MPL-2.0

// A folder whose name ends like a file's.

import { secret } from "./helper.ts";

export default (): unknown => secret;
