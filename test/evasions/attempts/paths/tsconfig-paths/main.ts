// SPDX-License-Identifier: MPL-2.0

// A name that tsconfig.json's `paths` lead somewhere.

import { secret } from "@aster/ostd-extra";

export default (): unknown => secret;
