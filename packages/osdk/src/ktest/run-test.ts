// SPDX-License-Identifier: MPL-2.0

import { createMachine, hostEntropy, VirtioEntropy, type Machine } from "@aster/machine";
import { loadTier0 } from "@aster/machine/node";
import { main, poweroff } from "@aster/ostd";
import { bootKernel, type Ktest } from "@aster/ostd/boot";
import type { TestCase, TestFailure, TestResult } from "./result.ts";
import { locate } from "./stack.ts";

const RAM_BYTES = 64 * 1024 * 1024;
/** So much of a test's output is kept. */
const MAX_OUTPUT_BYTES = 256 * 1024;

/** Makes a machine and drops it: the first one of a thread compiles the CPU. */
export function warmUp(): void {
  assembleMachine("", () => undefined);
}

function assembleMachine(kernelCommandLine: string, earlyConsole: (byte: number) => void): Machine {
  const tier0 = loadTier0();
  return createMachine({
    ramBytes: RAM_BYTES,
    kernelCommandLine,
    ...(tier0 && { tier0 }),
    devices: [new VirtioEntropy(hostEntropy)],
    earlyConsole,
  });
}

/** Boots a system of its own for a test and tells how it went; never throws. */
export async function runTest(
  test: TestCase,
  { body, options }: Ktest,
  { directory, kernelCommandLine }: { directory: string; kernelCommandLine: string },
): Promise<TestResult> {
  const printed: number[] = [];
  const start = performance.now();
  let caught: Error | undefined;
  let hasReturned = false;
  const runBody = async (): Promise<void> => {
    await body();
    hasReturned = true;
    poweroff();
  };
  const panicHandler = (failure: Error): void => {
    caught ??= failure;
  };
  const kernel = main(runBody, { panicHandler });
  let end: string;
  try {
    const machine = assembleMachine(kernelCommandLine, (byte) => {
      if (printed.length < MAX_OUTPUT_BYTES) printed.push(byte);
    });
    const code = await bootKernel(kernel, machine);
    end = `the test powered the system off with code ${code}`;
  } catch (error) {
    end = `the system can not be booted: ${error instanceof Error ? error.message : String(error)}`;
  }
  const failure = judge(
    options.shouldPanic ?? false,
    { caught, hasReturned, end },
    test,
    directory,
  );
  return {
    test,
    failure,
    output: Buffer.from(printed).toString("utf8"),
    durationMs: performance.now() - start,
  };
}

interface Ending {
  readonly caught: Error | undefined;
  readonly hasReturned: boolean;
  /** What happened when the test neither returned nor panicked. */
  readonly end: string;
}

function judge(
  shouldPanic: boolean | string,
  { caught, hasReturned, end }: Ending,
  test: TestCase,
  directory: string,
): TestFailure | undefined {
  if (caught === undefined) {
    if (!hasReturned) return { message: end, location: test.location };
    if (shouldPanic === false) return undefined;
    return { message: "[no panic] the test should panic, and did not", location: test.location };
  }
  const location = locate(caught.stack ?? "", directory) ?? test.location;
  if (shouldPanic === false) return { message: `[caught panic] ${caught.message}`, location };
  if (shouldPanic === true || caught.message.includes(shouldPanic)) return undefined;
  const message = `[caught panic] ${caught.message}\nexpected a panic with: ${shouldPanic}`;
  return { message, location };
}
