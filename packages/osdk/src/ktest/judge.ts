// SPDX-License-Identifier: MPL-2.0

import type { TestCase, TestFailure } from "./result.ts";
import { locate } from "./stack.ts";

/** How a test's system ended. */
export interface TestEnding {
  readonly panic: { readonly message: string; readonly stack: string } | undefined;
  readonly hasReturned: boolean;
  /** What happened when the test neither returned nor panicked. */
  readonly end: string;
}

/** What was wrong; undefined when the test passed. `directory` is the project's. */
export function judge(
  { shouldPanic, location: registered }: TestCase,
  { panic, hasReturned, end }: TestEnding,
  directory: string,
): TestFailure | undefined {
  if (panic === undefined) {
    if (!hasReturned) return { message: end, location: registered };
    if (shouldPanic === false) return undefined;
    return { message: "[no panic] the test should panic, and did not", location: registered };
  }
  const location = locate(panic.stack, directory) ?? registered;
  if (shouldPanic === false) return { message: `[caught panic] ${panic.message}`, location };
  if (shouldPanic === true || panic.message.includes(shouldPanic)) return undefined;
  const message = `[caught panic] ${panic.message}\nexpected a panic with: ${shouldPanic}`;
  return { message, location };
}
