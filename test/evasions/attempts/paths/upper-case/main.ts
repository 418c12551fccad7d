// SPDX-License-Identifier: MPL-2.0

// A path in other letters, for file systems that take them.

import { secret } from "./SECRET.UNSAFE.TS";

export default (): unknown => secret;
