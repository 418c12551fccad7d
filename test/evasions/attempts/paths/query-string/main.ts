// SPDX-License-Identifier: MPL-2.0

// A path with a query.

import { secret } from "./secret.unsafe.ts?x.ts";

export default (): unknown => secret;
