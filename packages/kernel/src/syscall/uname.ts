// SPDX-License-Identifier: MPL-2.0

import { setString, StructBuffer, Utsname } from "../abi/layout.ts";
import { KERNEL_RELEASE, KERNEL_VERSION, MACHINE, SYSTEM_NAME } from "../version.ts";
import { structOut } from "./args.ts";
import { defineSyscall } from "./define.ts";
import type { Syscall } from "./define.ts";
import { writeStruct } from "./user-struct.ts";

/** Bit of personality(2): 2.6.x as the release. */
const UNAME26 = 0x0002_0000;

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
    put(Utsname.machine, MACHINE);
    put(Utsname.domainname, kernel.domainname);
    return writeStruct(thread, bufferAddress, buffer);
  },
});
