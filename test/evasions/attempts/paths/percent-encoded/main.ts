// SPDX-License-Identifier: MPL-2.0

// A path in percent signs.

import { secret } from "./secret%2eunsafe.ts";

export default (): unknown => secret;
