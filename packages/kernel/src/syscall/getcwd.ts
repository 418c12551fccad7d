// SPDX-License-Identifier: MPL-2.0

import { Errno } from "../abi/errno.ts";
import { writeText } from "../fs/byte-string.ts";
import { fail } from "../result.ts";
import { bufferOut, size } from "./args.ts";
import { defineSyscall } from "./define.ts";
import type { Syscall } from "./define.ts";

/** getcwd(2): the raw call, which returns the length with the NUL. */
export const getcwd: Syscall = defineSyscall({
  name: "getcwd",
  number: { x86_64: 79 },
  args: [bufferOut("buf", 1), size("size")],
  support: "full",
  handler(thread, buffer, bufferSize) {
    const { cwd, root } = thread.fs;
    if (cwd.dentry.unlinked) {
      return fail(Errno.ENOENT, "the working directory was removed");
    }
    const { vfs } = thread.kernel;
    const below = vfs.pathNameBelow(cwd, root);
    const name = below ?? `(unreachable)${vfs.pathName(cwd)}`;
    return name.length + 1 > bufferSize
      ? fail(Errno.ERANGE, "the buffer is too small")
      : writeText(thread, buffer, `${name}\0`);
  },
});
