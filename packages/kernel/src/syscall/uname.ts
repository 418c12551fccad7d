// SPDX-License-Identifier: MPL-2.0

import { setString, StructBuffer, Utsname } from "../abi/layout.ts";
import { PER_LINUX32, UNAME26 } from "../abi/personality.ts";
import { KERNEL_RELEASE, KERNEL_VERSION, MACHINE, MACHINE_32, SYSTEM_NAME } from "../version.ts";
import { structOut } from "./args.ts";
import { defineSyscall } from "./define.ts";
import type { Syscall } from "./define.ts";
import { writeStruct } from "./user-struct.ts";

/** The execution domain in personality(2). */
const PER_MASK = 0xff;

export const uname: Syscall = defineSyscall({
  name: "uname",
  number: { x86_64: 63 },
  args: [structOut("buf", "utsname")],
  support: "full",
  handler: (thread, bufferAddress) => {
    const { kernel, process } = thread;
    const buffer = new StructBuffer(Utsname.size);
    const { view } = buffer;
    const put = (at: number, text: string): void => setString(view, at, Utsname.stringSize, text);
    put(Utsname.sysname, SYSTEM_NAME);
    put(Utsname.nodename, kernel.hostname);
    put(Utsname.release, (process.personality & UNAME26) !== 0 ? "2.6.78" : KERNEL_RELEASE);
    put(Utsname.version, KERNEL_VERSION);
    const is32 = (process.personality & PER_MASK) === PER_LINUX32;
    put(Utsname.machine, is32 ? MACHINE_32 : MACHINE);
    put(Utsname.domainname, kernel.domainname);
    return writeStruct(thread, bufferAddress, buffer);
  },
});
