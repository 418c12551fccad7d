// SPDX-License-Identifier: MPL-2.0

// A symbolic link to a privileged file that says its types.

import { secret } from "./helper.ts";

export default (): unknown => secret;
