// SPDX-License-Identifier: MPL-2.0

import { createMachine, hostEntropy, VirtioEntropy, type Machine } from "@aster/machine";
import { loadTier0 } from "@aster/machine/node";
import { main, poweroff } from "@aster/ostd";
import { bootKernel, type Ktest } from "@aster/ostd/boot";
import { judge } from "./judge.ts";
import type { TestCase, TestResult } from "./result.ts";
import type { TestOutput } from "./test-output.ts";

const RAM_BYTES = 64 * 1024 * 1024;

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
  { body }: Ktest,
  { directory, kernelCommandLine }: { directory: string; kernelCommandLine: string },
  output: TestOutput,
): Promise<TestResult> {
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
    const machine = assembleMachine(kernelCommandLine, (byte) => output.add(byte));
    const code = await bootKernel(kernel, machine);
    end = `the test powered the system off with code ${code}`;
  } catch (error) {
    end = `the system can not be booted: ${error instanceof Error ? error.message : String(error)}`;
  }
  const panic = caught && { message: caught.message, stack: caught.stack ?? "" };
  const failure = judge(test, { panic, hasReturned, end }, directory);
  return {
    test,
    failure,
    output: output.toString(),
    durationMs: performance.now() - start,
  };
}
