// SPDX-License-Identifier: MPL-2.0

// A symbolic link to a privileged file, under a safe name.

import { secret } from "./helper.ts";

export default (): unknown => secret;
