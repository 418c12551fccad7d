// SPDX-License-Identifier: MPL-2.0

import { Cpu } from "./cpu/cpu.ts";
import { assembleMachine, type Machine, type MachineOptions } from "./machine.ts";

/** Makes a machine with the built-in CPU. */
export function createMachine(options: MachineOptions = {}): Machine {
  const { tier0 } = options;
  return assembleMachine(
    (processor) => new Cpu({ ...processor, ...(tier0 && { tier0 }) }),
    options,
  );
}
