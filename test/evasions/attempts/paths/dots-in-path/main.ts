// SPDX-License-Identifier: MPL-2.0

// The same by a path with detours.

import { secret } from "./x/.././testing/secret.ts";

export default (): unknown => secret;
