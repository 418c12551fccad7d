// SPDX-License-Identifier: MPL-2.0

import type { Profiler } from "node:inspector";
import { Worker } from "node:worker_threads";
import { OsdkError } from "../errors.ts";
import { ExitCode } from "../exit-codes.ts";
import type { LastCallMessage, RunMessage, WorkerMessage, WorkerRequest } from "./messages.ts";
import type { TestCase, TestResult, TestRunner } from "./result.ts";
import { TestOutput } from "./test-output.ts";

const WORKER = new URL("worker.js", import.meta.url);

/** The modules of tests may take so long to be evaluated, the kit's own included. */
const LOAD_TIMEOUT_MS = 30_000;
/** A worker that is to be ended has so long to give its coverage. */
const LAST_CALL_MS = 500;

export type LoadRequest = Omit<WorkerRequest, "output">;

/** The tests of one bundle, listed and ready to run. */
export class PackageTests implements TestRunner {
  readonly tests: readonly TestCase[];
  /** Coverage of the bundle, one entry for each test, and what is to be added up. */
  readonly coverage: Profiler.ScriptCoverage[] = [];
  private readonly request: WorkerRequest;
  private readonly output: TestOutput;
  private worker: Worker;

  private constructor(
    request: WorkerRequest,
    output: TestOutput,
    { worker, tests }: StartedWorker,
  ) {
    this.request = request;
    this.output = output;
    this.worker = worker;
    this.tests = tests;
  }

  /** Loads a bundle and lists its tests. Throws `OsdkError` when it can not be evaluated. */
  static async load(request: LoadRequest): Promise<PackageTests> {
    const output = new TestOutput();
    const workerRequest = { ...request, output: output.shared };
    const started = await startWorker(workerRequest);
    return new PackageTests(workerRequest, output, started);
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

  /** Has a worker that is to be ended give its coverage, which one that turns for ever can not. */
  private lastCall(worker: Worker): Promise<void> {
    // The id of one that has ended by itself is -1.
    if (!this.request.coverage || worker.threadId < 0) return Promise.resolve();
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, LAST_CALL_MS);
      worker.on("message", (message: WorkerMessage) => {
        if (message.type === "coverage") this.coverage.push(message.coverage);
        if (message.type !== "done") return;
        clearTimeout(timer);
        resolve();
      });
      worker.once("exit", () => {
        clearTimeout(timer);
        resolve();
      });
      worker.postMessage("last call" satisfies LastCallMessage);
    });
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
      let start = 0;
      let timer: NodeJS.Timeout | undefined;
      const giveUp = (message: string): void => {
        clearTimeout(timer);
        forget(worker);
        const test = running === undefined ? undefined : this.tests[running];
        if (test !== undefined) {
          const failure = { message, location: test.location };
          const durationMs = performance.now() - start;
          onResult({ test, failure, output: this.output.toString(), durationMs });
        }
        void this.lastCall(worker)
          .then(() => worker.terminate())
          .then(() => resolve(running));
      };
      worker.on("message", (message: WorkerMessage) => {
        if (message.type === "start") {
          running = message.index;
          start = performance.now();
          const seconds = timeoutMs / 1000;
          timer = setTimeout(() => giveUp(`the test did not end within ${seconds} s`), timeoutMs);
        } else if (message.type === "end") {
          clearTimeout(timer);
          onResult(message.result);
        } else if (message.type === "coverage") {
          this.coverage.push(message.coverage);
        } else if (message.type === "done") {
          forget(worker);
          resolve(undefined);
        }
      });
      worker.once("error", (error) => giveUp(`the test's thread failed: ${error.message}`));
      worker.once("exit", () =>
        giveUp("the test waits for what can not come: nothing is left that could run"),
      );
      worker.postMessage({ indices } satisfies RunMessage);
    });
  }
}

/** Not all listeners: a worker has some of its own, without which no message comes. */
function forget(worker: Worker): void {
  for (const event of ["message", "error", "exit"]) worker.removeAllListeners(event);
}

interface StartedWorker {
  readonly worker: Worker;
  readonly tests: readonly TestCase[];
}

function startWorker(request: WorkerRequest): Promise<StartedWorker> {
  const worker = new Worker(WORKER, { workerData: request });
  return new Promise((resolve, reject) => {
    const fail = (exitCode: number, message: string): void => {
      clearTimeout(timer);
      forget(worker);
      void worker.terminate();
      reject(new OsdkError(exitCode as ExitCode, `${request.packageName}: ${message}`));
    };
    const timer = setTimeout(
      () =>
        fail(ExitCode.BOOT, `its modules were not evaluated within ${LOAD_TIMEOUT_MS / 1000} s`),
      LOAD_TIMEOUT_MS,
    );
    worker.once("error", (error) =>
      fail(ExitCode.BOOT, `the thread of its tests failed: ${error.message}`),
    );
    worker.once("exit", () => fail(ExitCode.BOOT, "the thread of its tests ended"));
    worker.once("message", (message: WorkerMessage) => {
      if (message.type === "broken") {
        fail(message.exitCode, message.message);
      } else if (message.type === "list") {
        clearTimeout(timer);
        forget(worker);
        resolve({ worker, tests: message.tests });
      }
    });
  });
}
