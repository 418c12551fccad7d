// SPDX-License-Identifier: MPL-2.0

import type { Kernel } from "../kernel.ts";
import { FullDevice, NullDevice, RandomDevice, ZeroDevice } from "./mem/mem-devices.ts";
import { KmsgDevice } from "./mem/kmsg.ts";
import { ConsoleDevice } from "./tty/console-device.ts";
import { CurrentTtyDevice } from "./tty/current-tty-device.ts";
import { TtyDevice } from "./tty/tty-device.ts";
import { PtmxDevice } from "./tty/ptmx-device.ts";

/** The console where the command line names none. */
const DEFAULT_CONSOLE = "hvc0";

/**
 * Registers the devices that need no driver (null, zero, full, random, urandom, kmsg, tty, ptmx)
 * and settles /dev/console by the `console=` parameters; runs at boot right after `probeDrivers`.
 */
export function registerDevices(kernel: Kernel): void {
  const { devices } = kernel;
  devices.register(new NullDevice());
  devices.register(new ZeroDevice());
  devices.register(new FullDevice());
  devices.register(new RandomDevice(devices.random, 8, "random"));
  devices.register(new RandomDevice(devices.random, 9, "urandom"));
  devices.register(new KmsgDevice(kernel.log));
  devices.register(new CurrentTtyDevice());
  devices.register(new ConsoleDevice(devices));
  devices.register(new PtmxDevice(devices));
  chooseConsole(kernel);
}

/** The last `console=` that names a terminal wins (Linux, serial-console); options follow a comma. */
function chooseConsole(kernel: Kernel): void {
  const names = kernel.commandLine.all("console").map((value) => value.split(",")[0] ?? "");
  const wanted = names.length === 0 ? [DEFAULT_CONSOLE] : names.toReversed();
  for (const name of wanted) {
    for (const device of kernel.devices.list("char")) {
      if (device.name === name && device instanceof TtyDevice) {
        kernel.devices.consoleTty = device.tty;
        return;
      }
    }
    kernel.log.warn(`console=${name}: there is no such terminal`);
  }
}
