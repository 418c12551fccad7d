// SPDX-License-Identifier: MPL-2.0

// The entry for tests, in a file that is none.

import { ktest } from "@aster/ostd/ktest";

export default (): unknown => ktest;
