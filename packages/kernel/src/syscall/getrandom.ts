// SPDX-License-Identifier: MPL-2.0

import { fillRandom } from "@aster/ostd";
import { Errno } from "../abi/errno.ts";
import { MAX_RW_COUNT } from "../fs/io-vector.ts";
import { fail } from "../result.ts";
import { TASK_SIZE } from "../vm/layout.ts";
import { bufferOut, flags, size } from "./args.ts";
import { defineSyscall } from "./define.ts";
import type { Syscall } from "./define.ts";

const GRND_NONBLOCK = 1;
const GRND_RANDOM = 2;
const GRND_INSECURE = 4;
const GRND_ALL = GRND_NONBLOCK | GRND_RANDOM | GRND_INSECURE;

/** Bytes made at a time. */
const RANDOM_CHUNK = 4096;

/** Most bytes of one call, so that it stays short; getrandom(2) lets callers go on. */
const RANDOM_MAX = 1024 * 1024;

export const getrandom: Syscall = defineSyscall({
  name: "getrandom",
  number: { x86_64: 318 },
  args: [
    bufferOut("buf", 1),
    size("buflen"),
    flags("flags", { GRND_NONBLOCK, GRND_RANDOM, GRND_INSECURE }),
  ],
  support: "full",
  handler: (thread, bufferAddress, length, randomFlags) => {
    const isContradictory =
      (randomFlags & (GRND_RANDOM | GRND_INSECURE)) === (GRND_RANDOM | GRND_INSECURE);
    if ((randomFlags & ~GRND_ALL) !== 0 || isContradictory) return fail(Errno.EINVAL);
    const end = bufferAddress + Math.min(length, MAX_RW_COUNT);
    if (end > TASK_SIZE) return fail(Errno.EFAULT);
    const wanted = Math.min(length, RANDOM_MAX);
    const chunk = new Uint8Array(Math.min(wanted, RANDOM_CHUNK));
    let done = 0;
    while (done < wanted) {
      const count = Math.min(chunk.length, wanted - done);
      fillRandom(chunk);
      const written = thread.memory.writeBytes(bufferAddress + done, chunk, 0, count);
      done += written;
      if (written < count) break;
    }
    return done === 0 && wanted > 0 ? fail(Errno.EFAULT) : done;
  },
});
