// SPDX-License-Identifier: MPL-2.0
//
// A worker thread that runs cases one at a time. A guest that never yields can be stopped only from outside.

import { parentPort, workerData } from "node:worker_threads";

const { runCase } = await import(`./runners/${workerData.runner}.mjs`);

parentPort?.on("message", async ({ testCase, timeoutMs }) => {
  try {
    parentPort?.postMessage({ outcome: await runCase(testCase, timeoutMs) });
  } catch (error) {
    parentPort?.postMessage({
      error: error instanceof Error ? (error.stack ?? error.message) : String(error),
    });
  }
});
