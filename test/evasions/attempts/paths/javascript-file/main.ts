// SPDX-License-Identifier: MPL-2.0

// A file that the compiler does not check.

import { secret } from "./secret.js";

export default (): unknown => secret;
