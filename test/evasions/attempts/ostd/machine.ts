// SPDX-License-Identifier: MPL-2.0

// The machine's package.

import { createMachine } from "@aster/machine";

export default (): unknown => createMachine;
