// SPDX-License-Identifier: MPL-2.0

// RAM under the name of registers.

import { IoMem } from "@aster/ostd";

export default (): unknown => {
  const mapped = IoMem.acquire(0x10_0000, 4096);
  return typeof mapped === "string" ? 0 : "GAINED";
};
