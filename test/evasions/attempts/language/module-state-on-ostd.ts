// SPDX-License-Identifier: MPL-2.0

// A member on a function of OSTD, which all kernels see.

import { println } from "@aster/ostd";

export default function attempt(): unknown {
  Object.assign(println, { stolen: 1 });
  return 0;
}
