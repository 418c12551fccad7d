// SPDX-License-Identifier: MPL-2.0

import type { Profiler } from "node:inspector";
import type { TestCase, TestResult } from "./result.ts";

/** What a worker is started with. */
export interface WorkerRequest {
  readonly bundle: string;
  readonly packageName: string;
  readonly directory: string;
  readonly kernelCommandLine: string;
  readonly coverage: boolean;
  /** Of a `TestOutput`. */
  readonly output: SharedArrayBuffer;
}

/** To a worker: the indices of the tests to run, in their order. */
export interface RunMessage {
  readonly indices: readonly number[];
}

/** To a worker that will be ended: it may still give the coverage that nobody has yet. */
export type LastCallMessage = "last call";

/** From a worker. */
export type WorkerMessage =
  | { readonly type: "list"; readonly tests: readonly TestCase[] }
  | { readonly type: "broken"; readonly message: string; readonly exitCode: number }
  | { readonly type: "start"; readonly index: number }
  | { readonly type: "end"; readonly index: number; readonly result: TestResult }
  /** What the bundle ran since the last of these messages. */
  | { readonly type: "coverage"; readonly coverage: Profiler.ScriptCoverage }
  | { readonly type: "done" };
