// SPDX-License-Identifier: MPL-2.0

// Another static method for a class of OSTD.

import { VmSpace } from "@aster/ostd";

export default function attempt(): unknown {
  Object.defineProperty(VmSpace, "create", { value: () => undefined });
  return 0;
}
