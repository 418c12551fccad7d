// SPDX-License-Identifier: MPL-2.0

// The same from a class of OSTD.

import { WaitQueue } from "@aster/ostd";

export default function attempt(): unknown {
  return WaitQueue.constructor("return process")();
}
