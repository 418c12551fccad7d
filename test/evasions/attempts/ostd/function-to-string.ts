// SPDX-License-Identifier: MPL-2.0

// The text of a function of OSTD's.
// Harmless: the text of a function is public, and nobody makes code of text.

import { earlyPrint } from "@aster/ostd";

export default (): unknown => earlyPrint.toString();
