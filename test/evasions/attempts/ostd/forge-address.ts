// SPDX-License-Identifier: MPL-2.0

// An address that OSTD did not mint, by a cast.

import type { Paddr } from "@aster/ostd";

export default (): unknown => 4096 as Paddr;
