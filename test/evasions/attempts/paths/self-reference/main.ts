// SPDX-License-Identifier: MPL-2.0

// The package's own name, which package.json leads somewhere.

import { secret } from "attempt/secret";

export default (): unknown => secret;
