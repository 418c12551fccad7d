// SPDX-License-Identifier: MPL-2.0

// OSTD's entry for those who own a machine.

import { bootKernel } from "@aster/ostd/boot";

export default (): unknown => bootKernel;
