// SPDX-License-Identifier: MPL-2.0

// The ports of the interrupt controller.

import { IoPort } from "@aster/ostd";

export default (): unknown => {
  const port = IoPort.acquire(0x20, 1);
  return typeof port === "string" ? 0 : "GAINED";
};
