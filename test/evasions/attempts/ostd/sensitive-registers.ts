// SPDX-License-Identifier: MPL-2.0

// The registers of the interrupt controller.

import { IoMem } from "@aster/ostd";

export default (): unknown => {
  const mapped = IoMem.acquire(0xfee0_0000, 4096);
  return typeof mapped === "string" ? 0 : "GAINED";
};
