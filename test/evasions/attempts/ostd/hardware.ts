// SPDX-License-Identifier: MPL-2.0

// The package below OSTD.

import { MachineStopped } from "@aster/hardware";

export default (): unknown => MachineStopped;
