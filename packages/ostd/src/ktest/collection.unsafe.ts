// SPDX-License-Identifier: MPL-2.0

import { currentSystemOrNone } from "../current.unsafe.ts";
import { panic } from "../panic.ts";

/** The body of a kernel-mode test: it runs as the first task of a system of its own. */
export type KtestBody = () => void | Promise<void>;

export interface KtestOptions {
  /** The test passes when it panics; with a text, when the panic's message contains it. */
  readonly shouldPanic?: boolean | string;
}

/** A registered test, as a runner sees it. */
export interface Ktest {
  readonly name: string;
  readonly options: KtestOptions;
  readonly body: KtestBody;
  /** The stack of the registration: the runner takes file and line from it. */
  readonly stack: string;
}

// SAFETY: filled while the modules of a test bundle are evaluated, when no system runs; a runner
// takes the list once, before it boots the first one. No system ever sees it.
let registered: Ktest[] = [];

/**
 * Registers a kernel-mode test, at the top level of a module called `*.ktest.ts`. `osdk test` boots
 * a system for it; the test passes when `body` returns, and fails when anything panics before.
 */
export function ktest(name: string, body: KtestBody): void;
export function ktest(name: string, options: KtestOptions, body: KtestBody): void;
export function ktest(name: string, first: KtestOptions | KtestBody, second?: KtestBody): void {
  if (currentSystemOrNone() !== undefined) {
    panic(`ktest "${name}": tests are registered at the top level of a module`);
  }
  const isShort = typeof first === "function";
  const body = isShort ? first : second;
  if (body === undefined) {
    throw new TypeError(`ktest "${name}": expected a function`);
  }
  const options = isShort ? {} : first;
  registered.push({ name, options, body, stack: new Error("registered").stack ?? "" });
}

/** For runners: all tests registered since the last call, in their order. */
export function takeKtests(): readonly Ktest[] {
  const tests = registered;
  registered = [];
  return tests;
}
