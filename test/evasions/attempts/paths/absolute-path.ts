// SPDX-License-Identifier: MPL-2.0

// An absolute path.

import { secret } from "/etc/secret.ts";

export default (): unknown => secret;
