// SPDX-License-Identifier: MPL-2.0

import { Errno } from "../abi/errno.ts";
import { O } from "../abi/fcntl.ts";
import { Sigset, getI32 } from "../abi/layout.ts";
import { SIGKILL, SIGSTOP } from "../abi/signal.ts";
import { installOpened } from "../fs/descriptor.ts";
import { SignalFile } from "../ipc/event/signalfd.ts";
import type { Thread } from "../process/thread.ts";
import { fail } from "../result.ts";
import type { Result } from "../result.ts";
import { fd, flags, size, structIn } from "./args.ts";
import { defineSyscall } from "./define.ts";
import type { Syscall } from "./define.ts";
import { readStruct } from "./user-struct.ts";

const SFD_CLOEXEC: number = O.CLOEXEC;
const SFD_NONBLOCK: number = O.NONBLOCK;
const UNBLOCKABLE_LOW = (1 << (SIGKILL - 1)) | (1 << (SIGSTOP - 1));

function doSignalfd(
  thread: Thread,
  fileDescriptor: number,
  maskAddress: number,
  maskSize: number,
  fileFlags: number,
): Result {
  if (maskSize !== Sigset.size) return fail(Errno.EINVAL, "sizemask is not 8");
  const view = readStruct(thread, maskAddress, Sigset.size);
  if (view === undefined) return fail(Errno.EFAULT);
  if ((fileFlags & ~(SFD_CLOEXEC | SFD_NONBLOCK)) !== 0) return fail(Errno.EINVAL);
  const low = getI32(view, Sigset.low) & ~UNBLOCKABLE_LOW;
  const high = getI32(view, Sigset.high);
  if (fileDescriptor === -1) {
    const made = new SignalFile(thread, fileFlags & SFD_NONBLOCK);
    made.setMask(low, high);
    return installOpened(thread, made, fileFlags);
  }
  const file = thread.files.get(fileDescriptor);
  if (file === undefined) return fail(Errno.EBADF);
  if (!(file instanceof SignalFile)) return fail(Errno.EINVAL, "not a signalfd");
  file.setMask(low, high);
  return fileDescriptor;
}

/** signalfd(2), the first one, without flags. */
export const signalfd: Syscall = defineSyscall({
  name: "signalfd",
  number: { x86_64: 282 },
  args: [fd(), structIn("mask", "sigset"), size("sizemask")],
  support: "full",
  handler: (thread, fileDescriptor, maskAddress, maskSize) =>
    doSignalfd(thread, fileDescriptor, maskAddress, maskSize, 0),
});

/** signalfd4(2). */
export const signalfd4: Syscall = defineSyscall({
  name: "signalfd4",
  number: { x86_64: 289 },
  args: [
    fd(),
    structIn("mask", "sigset"),
    size("sizemask"),
    flags("flags", { SFD_CLOEXEC, SFD_NONBLOCK }),
  ],
  support: "full",
  handler: doSignalfd,
});
