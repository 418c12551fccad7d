// SPDX-License-Identifier: MPL-2.0

// The whole buffer behind a view.

import { readInitramfs } from "@aster/ostd";

export default (): unknown => readInitramfs()?.buffer;
