// SPDX-License-Identifier: MPL-2.0

// `caller` in a callback of OSTD.

import { SystemLocal } from "@aster/ostd";

export default function attempt(): unknown {
  const seen = new SystemLocal(function initial(): unknown {
    return (initial as { caller?: unknown }).caller;
  });
  return seen.get();
}
