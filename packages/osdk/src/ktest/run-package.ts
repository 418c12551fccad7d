// SPDX-License-Identifier: MPL-2.0

import type { Profiler } from "node:inspector";
import { Worker } from "node:worker_threads";
import { OsdkError } from "../errors.ts";
import type { ExitCode } from "../exit-codes.ts";
import type { RunMessage, WorkerMessage, WorkerRequest } from "./messages.ts";
import type { TestCase, TestResult, TestRunner } from "./result.ts";

const WORKER = new URL("worker.js", import.meta.url);

/** The tests of one bundle, listed and ready to run. */
export class PackageTests implements TestRunner {
  readonly tests: readonly TestCase[];
  /** Coverage of the bundle, one entry for each worker that came to its end. */
  readonly coverage: Profiler.ScriptCoverage[] = [];
  private readonly request: WorkerRequest;
  private worker: Worker;

  private constructor(request: WorkerRequest, worker: Worker, tests: readonly TestCase[]) {
    this.request = request;
    this.worker = worker;
    this.tests = tests;
  }

  /** Loads a bundle and lists its tests. Throws `OsdkError` when it can not be evaluated. */
  static async load(request: WorkerRequest): Promise<PackageTests> {
    const { worker, tests } = await startWorker(request);
    return new PackageTests(request, worker, tests);
  }

  /** A test that takes longer than `timeoutMs` is ended with its thread. */
  async run(
    indices: readonly number[],
    timeoutMs: number,
    onResult: (result: TestResult) => void,
  ): Promise<void> {
    let left = [...indices];
    while (left.length > 0) {
      const stuck = await this.runUntilStuck(left, timeoutMs, onResult);
      if (stuck === undefined) return;
      left = left.slice(left.indexOf(stuck) + 1);
      this.worker = (await startWorker(this.request)).worker;
    }
  }

  async close(): Promise<void> {
    await this.worker.terminate();
  }

  /** The index of the test that did not end, or undefined when all did. */
  private runUntilStuck(
    indices: readonly number[],
    timeoutMs: number,
    onResult: (result: TestResult) => void,
  ): Promise<number | undefined> {
    const { worker } = this;
    return new Promise((resolve) => {
      let running: number | undefined;
      let timer: NodeJS.Timeout | undefined;
      const giveUp = (message: string): void => {
        clearTimeout(timer);
        worker.removeAllListeners();
        const test = running === undefined ? undefined : this.tests[running];
        if (test !== undefined) {
          const failure = { message, location: test.location };
          onResult({ test, failure, output: "", durationMs: timeoutMs });
        }
        void worker.terminate().then(() => resolve(running));
      };
      worker.on("message", (message: WorkerMessage) => {
        if (message.type === "start") {
          running = message.index;
          const seconds = timeoutMs / 1000;
          timer = setTimeout(() => giveUp(`the test did not end within ${seconds} s`), timeoutMs);
        } else if (message.type === "end") {
          clearTimeout(timer);
          onResult(message.result);
        } else if (message.type === "done") {
          if (message.coverage !== undefined) this.coverage.push(message.coverage);
          resolve(undefined);
        }
      });
      worker.once("error", (error) => giveUp(`the test's thread failed: ${error.message}`));
      worker.postMessage({ indices } satisfies RunMessage);
    });
  }
}

function startWorker(
  request: WorkerRequest,
): Promise<{ worker: Worker; tests: readonly TestCase[] }> {
  const worker = new Worker(WORKER, { workerData: request });
  return new Promise((resolve, reject) => {
    worker.once("error", reject);
    worker.once("message", (message: WorkerMessage) => {
      worker.off("error", reject);
      if (message.type === "list") {
        resolve({ worker, tests: message.tests });
      } else if (message.type === "broken") {
        void worker.terminate();
        reject(new OsdkError(message.exitCode as ExitCode, message.message));
      }
    });
  });
}
