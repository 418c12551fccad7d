// SPDX-License-Identifier: MPL-2.0

import { uint } from "./args.ts";
import { defineSyscall } from "./define.ts";
import type { Syscall } from "./define.ts";

const PERSONALITY_QUERY = 0xffff_ffff;

export const personality: Syscall = defineSyscall({
  name: "personality",
  number: { x86_64: 135 },
  args: [uint("persona")],
  scml: [
    {
      persona:
        "PER_LINUX | PER_LINUX32 | UNAME26 | ADDR_NO_RANDOMIZE | READ_IMPLIES_EXEC | STICKY_TIMEOUTS | 0xffffffff",
    },
  ],
  support: "partial",
  note: "MMAP_PAGE_ZERO and the bits that limit or lay out addresses are told, and have no effect.",
  handler: (thread, persona) => {
    const { process } = thread;
    const old = process.personality;
    if (persona !== PERSONALITY_QUERY) process.personality = persona;
    return old;
  },
});
