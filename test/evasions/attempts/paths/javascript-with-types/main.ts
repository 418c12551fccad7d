// SPDX-License-Identifier: MPL-2.0

// The same with types written beside it.

import { secret } from "./secret.js";

export default (): unknown => secret;
