// SPDX-License-Identifier: MPL-2.0

// A file of another package.

import { secret } from "../../../../packages/ostd/src/boot.ts";

export default (): unknown => secret;
