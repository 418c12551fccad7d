// SPDX-License-Identifier: MPL-2.0

// `#name`, which package.json leads somewhere.

import { secret } from "#secret";

export default (): unknown => secret;
