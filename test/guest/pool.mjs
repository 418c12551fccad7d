// SPDX-License-Identifier: MPL-2.0
//
// Runs cases in several workers at once; a worker that overruns its time is replaced.

import { Worker } from "node:worker_threads";

/** How long a runner may take, beyond its own time limit, to notice it. */
const GRACE_MS = 5_000;

/**
 * @param {Worker} worker
 * @param {import('./cases.mjs').Case} testCase
 * @param {number} timeoutMs
 * @returns {Promise<{outcome?: import('./cases.mjs').Outcome, error?: string, dead?: boolean}>}
 */
function runInWorker(worker, testCase, timeoutMs) {
  return new Promise((resolve) => {
    /** @param {{outcome?: import('./cases.mjs').Outcome, error?: string, dead?: boolean}} result */
    const finish = (result) => {
      clearTimeout(timer);
      worker.off("message", finish);
      worker.off("error", onError);
      worker.off("exit", onExit);
      resolve(result);
    };
    /** @param {Error} error */
    const onError = (error) => finish({ error: error.stack ?? error.message, dead: true });
    /** @param {number} code */
    const onExit = (code) => finish({ error: `the worker ended with ${code}`, dead: true });
    const timer = setTimeout(
      () => finish({ error: `hung: no answer after ${timeoutMs + GRACE_MS} ms`, dead: true }),
      timeoutMs + GRACE_MS,
    );
    worker.on("message", finish);
    worker.on("error", onError);
    worker.on("exit", onExit);
    worker.postMessage({ testCase, timeoutMs });
  });
}

/**
 * @param {Iterable<import('./cases.mjs').Case>} cases
 * @param {{runner: string, jobs: number, timeoutMs: number}} options
 * @param {(testCase: import('./cases.mjs').Case, result: {outcome?: import('./cases.mjs').Outcome, error?: string}) => void} report
 */
export async function runAll(cases, { runner, jobs, timeoutMs }, report) {
  const iterator = cases[Symbol.iterator]();
  const startWorker = () =>
    new Worker(new URL("./worker.mjs", import.meta.url), { workerData: { runner } });
  const lane = async () => {
    let worker = startWorker();
    for (let next = iterator.next(); !next.done; next = iterator.next()) {
      const result = await runInWorker(worker, next.value, timeoutMs);
      report(next.value, result);
      if (result.dead) {
        await worker.terminate();
        worker = startWorker();
      }
    }
    await worker.terminate();
  };
  await Promise.all(Array.from({ length: jobs }, lane));
}
