// SPDX-License-Identifier: MPL-2.0

import { assembleMachine, type Machine, type MachineOptions } from "./machine.ts";
import type { Processor, ProcessorOptions } from "./processor.ts";

/** Makes a machine with the built-in CPU. */
export function createMachine(options: MachineOptions = {}): Machine {
  return assembleMachine(createMemoryOnlyProcessor, options);
}

/** Stands in until the CPU is there: has RAM, and refuses user mode loudly. */
function createMemoryOnlyProcessor({ ramBytes }: ProcessorOptions): Processor {
  const refuse = (): never => {
    throw new Error("this machine has no CPU that could enter user mode");
  };
  return {
    ram: new Uint8Array(ramBytes),
    createUserFrame: () => {
      const words = new Int32Array(192);
      return { words, bytes: new Uint8Array(words.buffer) };
    },
    destroyUserFrame: () => {},
    enterUser: refuse,
    saveFpu: () => {},
    loadFpu: () => {},
    setPageTableRoot: () => {},
    invalidatePage: () => {},
    invalidateAddressSpace: () => {},
    codeWritten: () => {},
  };
}
