// SPDX-License-Identifier: MPL-2.0

// A `file:` URL.

import { secret } from "file:///etc/secret.ts";

export default (): unknown => secret;
