// SPDX-License-Identifier: MPL-2.0

import { ExitCode, poweroff, restart } from "@aster/ostd";
import { Errno } from "../abi/errno.ts";
import { LogLevel } from "../log.ts";
import { fail } from "../result.ts";
import { Capability } from "../security/capabilities.ts";
import { address, hex32 } from "./args.ts";
import { defineSyscall } from "./define.ts";
import type { Syscall } from "./define.ts";
import { among } from "./scml.ts";

const MAGIC_1 = 0xfee1_dead;
const Magic2Names = {
  LINUX_REBOOT_MAGIC2: 672_274_793,
  LINUX_REBOOT_MAGIC2A: 85_072_278,
  LINUX_REBOOT_MAGIC2B: 369_367_448,
  LINUX_REBOOT_MAGIC2C: 537_993_216,
} as const;
const MAGIC_2: readonly number[] = Object.values(Magic2Names);
const LINUX_REBOOT_CMD_RESTART = 0x0123_4567;
const LINUX_REBOOT_CMD_HALT = 0xcdef_0123;
const LINUX_REBOOT_CMD_CAD_ON = 0x89ab_cdef;
const LINUX_REBOOT_CMD_CAD_OFF = 0;
const LINUX_REBOOT_CMD_POWER_OFF = 0x4321_fedc;
const LINUX_REBOOT_CMD_RESTART2 = 0xa1b2_c3d4;

const RebootNames = {
  LINUX_REBOOT_CMD_RESTART,
  LINUX_REBOOT_CMD_HALT,
  LINUX_REBOOT_CMD_CAD_ON,
  LINUX_REBOOT_CMD_CAD_OFF,
  LINUX_REBOOT_CMD_POWER_OFF,
  LINUX_REBOOT_CMD_RESTART2,
} as const;

export const reboot: Syscall = defineSyscall({
  name: "reboot",
  number: { x86_64: 169 },
  args: [hex32("magic"), hex32("magic2"), hex32("op"), address("arg")],
  optional: 1,
  scml: [{ magic: "LINUX_REBOOT_MAGIC1", magic2: among(Magic2Names), op: among(RebootNames) }],
  support: "partial",
  note: "no kexec, no suspend",
  handler: (thread, magic1, magic2, operation) => {
    if (!thread.credentials.has(Capability.SYS_BOOT)) return fail(Errno.EPERM);
    if (magic1 % 0x1_0000_0000 !== MAGIC_1 || !MAGIC_2.includes(magic2 % 0x1_0000_0000)) {
      return fail(Errno.EINVAL, "the magic numbers are wrong");
    }
    const { log, vfs } = thread.kernel;
    switch (operation % 0x1_0000_0000) {
      case LINUX_REBOOT_CMD_CAD_ON:
      case LINUX_REBOOT_CMD_CAD_OFF:
        return 0;
      case LINUX_REBOOT_CMD_RESTART:
      case LINUX_REBOOT_CMD_RESTART2:
        log.write(LogLevel.NOTICE, "reboot: Restarting system");
        vfs.shutdown();
        return restart();
      case LINUX_REBOOT_CMD_HALT:
        log.write(LogLevel.NOTICE, "reboot: System halted");
        vfs.shutdown();
        return poweroff(ExitCode.SUCCESS);
      case LINUX_REBOOT_CMD_POWER_OFF:
        log.write(LogLevel.NOTICE, "reboot: Power down");
        vfs.shutdown();
        return poweroff(thread.kernel.powerOffCode);
      default:
        return fail(Errno.EINVAL, "the operation is unknown");
    }
  },
});
