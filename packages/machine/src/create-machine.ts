// SPDX-License-Identifier: MPL-2.0

import { Cpu } from "./cpu/cpu.ts";
import { assembleMachine, type Machine, type MachineOptions } from "./machine.ts";

const JIT_MODES = { off: false, on: true, eager: "eager" } as const;

/** Makes a machine with the built-in CPU. */
export function createMachine(options: MachineOptions = {}): Machine {
  const { tier0, jit, tickInstructions } = options;
  return assembleMachine(
    (processor) =>
      new Cpu({
        ...processor,
        ...(tier0 && { tier0 }),
        ...(jit && { jit: JIT_MODES[jit] }),
        ...(tickInstructions !== undefined && { tickInstructions }),
      }),
    options,
  );
}
