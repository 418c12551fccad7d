// SPDX-License-Identifier: MPL-2.0

// The same by its file.

import { bootKernel } from "@aster/ostd/dist/boot.js";

export default (): unknown => bootKernel;
