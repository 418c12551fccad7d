// SPDX-License-Identifier: MPL-2.0

// A symbolic link to a folder outside.

import { secret } from "./lib/secret.ts";

export default (): unknown => secret;
