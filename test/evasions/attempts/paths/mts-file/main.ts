// SPDX-License-Identifier: MPL-2.0

// A file with another of TypeScript's endings.

import { secret } from "./secret.mts";

export default (): unknown => secret;
