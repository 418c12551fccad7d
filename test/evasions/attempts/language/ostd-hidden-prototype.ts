// SPDX-License-Identifier: MPL-2.0

// The same for a class that OSTD does not export.

import { SpinLock } from "@aster/ostd";

export default function attempt(): unknown {
  const guard = new SpinLock(1).lock();
  const hidden = Object.getPrototypeOf(guard) as { unlock?: unknown; stolen?: number };
  guard.drop();
  hidden.stolen = 1;
  return 0;
}
