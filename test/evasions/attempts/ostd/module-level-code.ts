// SPDX-License-Identifier: MPL-2.0

// Code that runs before any system exists.

import { println } from "@aster/ostd";

println("early");

export default (): unknown => 0;
