// SPDX-License-Identifier: MPL-2.0

// A folder with a package.json of its own, which is another package.

import { secret } from "./inner/secret.unsafe.ts";

export default (): unknown => secret;
