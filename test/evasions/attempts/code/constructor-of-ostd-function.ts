// SPDX-License-Identifier: MPL-2.0

// The same from a function of OSTD.

import { println } from "@aster/ostd";

export default function attempt(): unknown {
  return println.constructor("return process")();
}
