// SPDX-License-Identifier: MPL-2.0

// A file of the same package that is privileged.

import { secret } from "./secret.unsafe.ts";

export default (): unknown => secret;
