// SPDX-License-Identifier: MPL-2.0

// Runs the tests of one bundle in a thread of its own, so that a test that never ends can be ended.

import { Session } from "node:inspector";
import { pathToFileURL } from "node:url";
import { parentPort, workerData } from "node:worker_threads";
import { takeKtests, type Ktest } from "@aster/ostd/boot";
import { OsdkError } from "../errors.ts";
import { ExitCode } from "../exit-codes.ts";
import { loadBundle } from "../run/load-kernel.ts";
import type { LastCallMessage, RunMessage, WorkerMessage, WorkerRequest } from "./messages.ts";
import type { TestCase } from "./result.ts";
import { runTest, warmUp } from "./run-test.ts";
import { locate, modulePath } from "./stack.ts";
import { TestOutput } from "./test-output.ts";
import { wrongName } from "./test-names.ts";

const request = workerData as WorkerRequest;
const port = parentPort;
if (port === null) throw new Error("this file is started as a worker");

const output = new TestOutput(request.output);
const send = (message: WorkerMessage): void => port.postMessage(message);

const session = request.coverage ? startCoverage() : undefined;
let ktests: readonly Ktest[] = [];
try {
  await loadBundle(request.bundle, true);
  ktests = takeKtests();
} catch (error) {
  const message = error instanceof Error ? error.message : String(error);
  const exitCode = error instanceof OsdkError ? error.exitCode : ExitCode.BOOT;
  send({ type: "broken", message, exitCode });
}
if (ktests.length > 0) warmUp();
const tests = ktests.map(describe);
const wrong = wrongName(ktests, tests);
if (wrong === undefined) send({ type: "list", tests });
else send({ type: "broken", message: wrong, exitCode: ExitCode.BOOT });

port.once("message", ({ indices }: RunMessage) => {
  // A test that waits for ever leaves this thread free to tell what it ran.
  port.on("message", (_lastCall: LastCallMessage) => {
    sendCoverage();
    send({ type: "done" });
  });
  // It does not keep a thread alive in which nothing is left that could run.
  port.unref();
  process.once("beforeExit", sendCoverage);
  void runAll(indices);
});

async function runAll(indices: readonly number[]): Promise<void> {
  for (const index of indices) {
    const [test, ktest] = [tests[index], ktests[index]];
    if (test === undefined || ktest === undefined) continue;
    output.clear();
    send({ type: "start", index });
    const result = await runTest(test, ktest, request, output);
    // After each test: of one that never ends, only its own coverage is lost.
    sendCoverage();
    send({ type: "end", index, result });
  }
  send({ type: "done" });
}

function describe({ name, stack, options }: Ktest): TestCase {
  // The first frame is `ktest` itself, which lies outside the project.
  const location = locate(stack, request.directory);
  return {
    path: `${modulePath(request.packageName, location?.file)}::${name}`,
    location,
    shouldPanic: options.shouldPanic ?? false,
  };
}

function startCoverage(): Session {
  const started = new Session();
  started.connect();
  started.post("Profiler.enable");
  started.post("Profiler.startPreciseCoverage", { callCount: true, detailed: true });
  return started;
}

/** V8 counts anew after each look. The session answers before `post` returns. */
function sendCoverage(): void {
  const { href } = pathToFileURL(request.bundle);
  session?.post("Profiler.takePreciseCoverage", (_error, { result }) => {
    const coverage = result.find(({ url }) => url === href);
    if (coverage !== undefined) send({ type: "coverage", coverage });
  });
}
