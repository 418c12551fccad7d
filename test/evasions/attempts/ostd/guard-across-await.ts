// SPDX-License-Identifier: MPL-2.0

// A lock's guard held while the task waits.

import { SpinLock, Task } from "@aster/ostd";

export default async (): Promise<unknown> => {
  const lock = new SpinLock(1);
  using guard = lock.lock();
  await Task.yieldNow();
  return `GAINED ${guard}`;
};
