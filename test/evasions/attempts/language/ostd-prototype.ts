// SPDX-License-Identifier: MPL-2.0

// Another method for a class of OSTD.

import { WaitQueue } from "@aster/ostd";

export default function attempt(): unknown {
  WaitQueue.prototype.wakeOne = () => true;
  return 0;
}
