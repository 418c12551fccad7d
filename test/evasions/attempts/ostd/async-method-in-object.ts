// SPDX-License-Identifier: MPL-2.0

// An async method in an object whose place wants a plain one.

import { Timer } from "@aster/ostd";

export default (): unknown => {
  return new Timer({
    async onTimer() {
      return undefined;
    },
  });
};
