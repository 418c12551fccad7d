// SPDX-License-Identifier: MPL-2.0

// The links of a wait queue, by a static method that the declarations do not show.

import { Waiter, Waker } from "@aster/ostd";

export default (): unknown => {
  const hidden = Waker as unknown as { takeNode(privilege: unknown, waker: Waker): object };
  return `GAINED ${Object.keys(hidden.takeNode(undefined, Waiter.newPair().waker)).join()}`;
};
