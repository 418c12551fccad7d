// SPDX-License-Identifier: MPL-2.0

// A file in a folder that the rules do not look at.

import { secret } from "./testing/secret.ts";

export default (): unknown => secret;
