// SPDX-License-Identifier: MPL-2.0

// The same by an object of the brand's shape.

import type { Paddr } from "@aster/ostd";

export default (): unknown => {
  const address: Paddr = Object.assign(4096, { __unit: "paddr" as const });
  return address;
};
