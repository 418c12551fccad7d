// SPDX-License-Identifier: MPL-2.0

// The same by a relative path through `node_modules`.

import { bootKernel } from "../../../packages/ostd/dist/boot.js";

export default (): unknown => bootKernel;
