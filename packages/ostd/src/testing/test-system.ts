// SPDX-License-Identifier: MPL-2.0

import { bootKernel } from "../boot.ts";
import { currentSystemOrNone, setCurrentSystem, system } from "../current.unsafe.ts";
import { main } from "../main.ts";
import type { EarlyPolicies } from "../main.ts";
import { System } from "../system.unsafe.ts";
import { FakeHardware } from "./fake-hardware.ts";
import type { FakeHardwareOptions } from "./fake-hardware.ts";

export interface TestSystemOptions extends FakeHardwareOptions {
  readonly hardware?: FakeHardware;
  readonly policies?: EarlyPolicies;
}

/** A system that is current although no task runs. */
export interface TestSystem {
  readonly hardware: FakeHardware;
  /** Handles what interrupts are pending, timers above all. */
  interrupt(): void;
  /** Ends it; the next `enterTestSystem` starts from nothing. */
  leave(): void;
}

/**
 * Sets up OSTD and makes the system current, for synchronous tests of code that needs frames,
 * address spaces, clocks and so on but no task. Panics throw.
 */
export function enterTestSystem(options: TestSystemOptions = {}): TestSystem {
  const hardware = options.hardware ?? new FakeHardware(options);
  const owner = new System(
    main(() => undefined, options.policies),
    hardware,
  );
  owner.detached = true;
  setCurrentSystem(owner);
  return {
    hardware,
    interrupt: (): void => {
      owner.interrupts.handlePending();
    },
    leave: (): void => {
      setCurrentSystem(undefined);
    },
  };
}

/** What the system whose code is running keeps: timers that are set, tasks that live. */
export function systemCounts(): { readonly timers: number; readonly tasks: number } {
  const owner = system();
  return { timers: owner.timers.count, tasks: owner.scheduling.liveTasks };
}

/**
 * Boots `entry` as a kernel's first task on a fake machine and runs it to its end; the exit code
 * and the machine. What the kernel throws (a failed expectation too) is thrown here.
 */
export async function bootTestKernel(
  entry: () => void | Promise<void>,
  options: TestSystemOptions = {},
): Promise<{ readonly code: number; readonly hardware: FakeHardware }> {
  const hardware = options.hardware ?? new FakeHardware(options);
  if (currentSystemOrNone()?.detached === true) {
    // A test that failed before it left its system.
    setCurrentSystem(undefined);
  }
  let failure: Error | undefined;
  const policies: EarlyPolicies = {
    ...options.policies,
    panicHandler: (error) => {
      failure ??= error;
    },
  };
  const code = await bootKernel(main(entry, policies), hardware);
  if (failure !== undefined) {
    throw failure;
  }
  return { code, hardware };
}
