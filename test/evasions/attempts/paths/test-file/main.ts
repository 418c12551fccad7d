// SPDX-License-Identifier: MPL-2.0

// A file that the rules do not look at, because it is a test.

import { secret } from "./secret.test.ts";

export default (): unknown => secret;
