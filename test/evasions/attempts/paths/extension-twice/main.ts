// SPDX-License-Identifier: MPL-2.0

// A file with another ending behind the one that is asked for, with types of its own.

import { secret } from "./helper.ts";

export default (): unknown => secret;
