// SPDX-License-Identifier: MPL-2.0
//
// Runs cases in several workers at once; a worker that overruns its time is replaced. A guest that
// is another process needs no worker: it is ended from here.

import { Worker } from "node:worker_threads";

const OTHER_PROCESSES = new Set(["qemu"]);

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
 * @typedef {{outcome?: import('./cases.mjs').Outcome, error?: string, dead?: boolean}} Result
 * @param {import('./cases.mjs').Case} testCase
 * @param {() => Promise<Result>} run
 * @param {(testCase: import('./cases.mjs').Case, result: Result, seconds: number) => void} report
 */
async function timed(testCase, run, report) {
  const start = performance.now();
  const result = await run();
  report(testCase, result, (performance.now() - start) / 1000);
  return result;
}

/**
 * @param {(testCase: import('./cases.mjs').Case, timeoutMs: number) => Promise<import('./cases.mjs').Outcome>} runCase
 * @param {import('./cases.mjs').Case} testCase
 * @param {number} timeoutMs
 * @returns {Promise<{outcome?: import('./cases.mjs').Outcome, error?: string}>}
 */
async function runHere(runCase, testCase, timeoutMs) {
  try {
    return { outcome: await runCase(testCase, timeoutMs) };
  } catch (error) {
    return { error: error instanceof Error ? (error.stack ?? error.message) : String(error) };
  }
}

/**
 * @param {Iterable<import('./cases.mjs').Case>} cases
 * @param {{runner: string, jobs: number, timeoutMs: number}} options
 * @param {(testCase: import('./cases.mjs').Case, result: Result, seconds: number) => void} report
 */
export async function runAll(cases, { runner, jobs, timeoutMs }, report) {
  const iterator = cases[Symbol.iterator]();
  const startWorker = () =>
    new Worker(new URL("./worker.mjs", import.meta.url), { workerData: { runner } });
  if (OTHER_PROCESSES.has(runner)) {
    const { runCase } = await import(`./runners/${runner}.mjs`);
    const laneHere = async () => {
      for (let next = iterator.next(); !next.done; next = iterator.next()) {
        await timed(next.value, () => runHere(runCase, next.value, timeoutMs), report);
      }
    };
    await Promise.all(Array.from({ length: jobs }, laneHere));
    return;
  }
  const lane = async () => {
    let worker = startWorker();
    for (let next = iterator.next(); !next.done; next = iterator.next()) {
      const result = await timed(
        next.value,
        () => runInWorker(worker, next.value, timeoutMs),
        report,
      );
      if (result.dead) {
        await worker.terminate();
        worker = startWorker();
      }
    }
    await worker.terminate();
  };
  await Promise.all(Array.from({ length: jobs }, lane));
}
