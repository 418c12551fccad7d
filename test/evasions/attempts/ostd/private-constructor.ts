// SPDX-License-Identifier: MPL-2.0

// A private constructor, which only the compiler keeps.

import { IoMem } from "@aster/ostd";

export default (): unknown => {
  const Maker = IoMem as unknown as new (...given: unknown[]) => IoMem;
  const mapped = new Maker({}, 0, 4096);
  return `GAINED ${mapped.read32(0)}`;
};
