// SPDX-License-Identifier: MPL-2.0

// A lock of OSTD's on a value of one type as one of more.

import { SpinLock } from "@aster/ostd";

export default (): unknown => {
  const lock: SpinLock<{ value: number }> = new SpinLock({ value: 1 });
  const loose: SpinLock<{ value: number | string }> = lock;
  using guard = loose.lock();
  guard.value.value = "text";
  return 0;
};
