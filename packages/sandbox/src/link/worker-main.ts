// SPDX-License-Identifier: MPL-2.0

// The worker's side of own-thread.ts: runs one system, and passes bytes on.

import { parentPort, workerData } from "node:worker_threads";
import { confineLinuxKernel } from "../compartment/linux-kernel.ts";
import { loadKernel } from "../compartment/load-kernel.ts";
import { SandboxError } from "../errors.ts";
import { describe } from "../host-error.ts";
import { mapStackTraces } from "../source-maps.ts";
import { startOnCallerThread } from "./caller-thread.ts";
import type { Link } from "./link.ts";
import { NearConsole } from "./worker-console.ts";
import type { FromWorker, ToWorker, WorkerData } from "./worker-messages.ts";

/** Bytes of trace that may wait for the caller; the guest waits when there are more. */
const TRACE_BACKLOG_BYTES = 4 * 1024 * 1024;
/** Looks at the backlog again after this time, should nobody wake us. */
const BACKLOG_WAIT_MS = 1000;

if (parentPort === null) throw new Error("worker-main is for a worker");
const port = parentPort;
const { config, traceBacklog } = workerData as WorkerData;
mapStackTraces(new URL("./", import.meta.url));

function post(message: FromWorker): void {
  port.postMessage(message);
}

function trace(bytes: Uint8Array): void {
  const before = Atomics.add(traceBacklog, 0, bytes.length);
  post({ type: "trace", bytes });
  for (let backlog = before + bytes.length; backlog > TRACE_BACKLOG_BYTES;) {
    Atomics.wait(traceBacklog, 0, backlog, BACKLOG_WAIT_MS);
    backlog = Atomics.load(traceBacklog, 0);
  }
}

function obey(message: ToWorker, link: Link, console: NearConsole | undefined): void {
  if (message instanceof Uint8Array) {
    link.send(message);
    return;
  }
  switch (message.type) {
    case "typed":
      console?.typed(message.bytes);
      return;
    case "typed-end":
      link.console.endInput();
      return;
    case "hang-up":
      link.console.close();
      return;
    case "shown":
      console?.shown(message.bytes);
      return;
    case "resize":
      link.resize(message.size);
      return;
  }
}

try {
  const kernel =
    config.kernel === undefined ? await confineLinuxKernel() : await loadKernel(config.kernel);
  const events = {
    bytes: (bytes: Uint8Array) => post({ type: "bytes", bytes }),
    log: (bytes: Uint8Array) => post({ type: "log", bytes }),
    earlyConsole: (bytes: Uint8Array) => post({ type: "early", bytes }),
    trace,
  };
  const link = await startOnCallerThread(config, events, kernel);
  const console = config.console && new NearConsole(link.console, post);
  port.on("message", (message: ToWorker) => obey(message, link, console));
  post({ type: "started" });
  const end = await link.ended;
  console?.finish();
  post({ type: "ended", end });
} catch (error) {
  const code = error instanceof SandboxError ? error.code : "kernel-failed";
  post({ type: "refused", code, message: describe(error) });
}
port.close();
