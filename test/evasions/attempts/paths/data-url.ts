// SPDX-License-Identifier: MPL-2.0

// A `data:` URL.

import secret from "data:text/javascript,export default globalThis.process";

export default (): unknown => secret;
