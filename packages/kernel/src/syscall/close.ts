// SPDX-License-Identifier: MPL-2.0

import { fd } from "./args.ts";
import { defineSyscall } from "./define.ts";
import type { Syscall } from "./define.ts";

/** close(2). */
export const close: Syscall = defineSyscall({
  name: "close",
  number: { x86_64: 3 },
  args: [fd()],
  support: "full",
  handler: (thread, fileDescriptor) => thread.files.close(thread, fileDescriptor),
});
