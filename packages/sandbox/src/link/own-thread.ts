// SPDX-License-Identifier: MPL-2.0

import { Worker } from "node:worker_threads";
import { findBundle } from "../bundle.ts";
import { SandboxError } from "../errors.ts";
import { describe } from "../host-error.ts";
import type { SystemEnd } from "../system.ts";
import type { TerminalSize } from "../boot-options.ts";
import type { Link, LinkConfig, LinkEvents } from "./link.ts";
import { FarConsole } from "./worker-console.ts";
import type { FromWorker, ToWorker, WorkerData } from "./worker-messages.ts";

/**
 * The kernel's own objects are counted, and limited by the guest's memory; this is the end of
 * the line should one of them cost more than it is counted for.
 */
const KERNEL_HEAP_MIB = 1024;

/** Starts a system in a worker of its own. */
export async function startOnOwnThread(
  config: LinkConfig,
  events: LinkEvents,
  heapMiB: number = KERNEL_HEAP_MIB,
): Promise<Link> {
  const traceBacklog = new Int32Array(new SharedArrayBuffer(4));
  const data: WorkerData = { config, traceBacklog };
  const worker = new Worker(workerModule(), {
    workerData: data,
    name: "aster",
    // Nothing of the host's environment or flags is a guest's business.
    env: {},
    argv: [],
    execArgv: [],
    resourceLimits: { maxOldGenerationSizeMb: heapMiB },
  });
  const link = new WorkerLink(worker, traceBacklog, events);
  await link.started;
  return link;
}

/** The bundle, or the compiled modules; from the sources, those that were compiled last. */
function workerModule(): URL {
  const bundle = findBundle("worker");
  if (bundle !== undefined) return bundle;
  const isCompiled = import.meta.url.endsWith(".js");
  return new URL(isCompiled ? "worker-main.js" : "../../dist/link/worker-main.js", import.meta.url);
}

class WorkerLink implements Link {
  readonly started: Promise<void>;
  readonly ended: Promise<SystemEnd>;
  readonly console: FarConsole;
  private readonly worker: Worker;
  private readonly traceBacklog: Int32Array;
  private readonly events: LinkEvents;
  private end: SystemEnd | undefined;
  private isStopping = false;

  constructor(worker: Worker, traceBacklog: Int32Array, events: LinkEvents) {
    this.worker = worker;
    this.traceBacklog = traceBacklog;
    this.events = events;
    this.console = new FarConsole((message) => this.post(message));
    this.started = new Promise((resolve, reject) => {
      worker.on("message", (message: FromWorker) => {
        if (message.type === "started") resolve();
        else if (message.type === "refused") {
          reject(new SandboxError(message.code, message.message));
        } else this.receive(message);
      });
      worker.on("error", (error) => {
        this.end ??= { reason: "failed", code: 1, logTail: describe(error) };
        reject(new SandboxError("kernel-failed", "the guest's thread failed", { cause: error }));
      });
    });
    this.ended = new Promise((resolve) => {
      worker.on("exit", () => {
        const logTail = "the guest's thread has gone";
        const reason = this.isStopping ? "stopped" : "failed";
        resolve(this.end ?? { reason, code: 0, logTail });
      });
    });
  }

  send(bytes: Uint8Array): void {
    // A part of a larger buffer would take all of that along.
    const own = new Uint8Array(bytes);
    this.worker.postMessage(own, [own.buffer]);
  }

  resize(size: TerminalSize): void {
    this.post({ type: "resize", size });
  }

  async stop(): Promise<void> {
    this.isStopping = true;
    await this.worker.terminate();
    await this.ended;
  }

  setBusy(isBusy: boolean): void {
    // Who waits for the end of a worker must not be left before it.
    if (this.isStopping) return;
    if (isBusy) this.worker.ref();
    else this.worker.unref();
  }

  private post(message: ToWorker): void {
    this.worker.postMessage(message);
  }

  private receive(message: Exclude<FromWorker, { readonly type: "started" | "refused" }>): void {
    switch (message.type) {
      case "bytes":
        this.events.bytes(message.bytes);
        return;
      case "log":
        this.events.log(message.bytes);
        return;
      case "early":
        this.events.earlyConsole(message.bytes);
        return;
      case "console":
        this.console.receive(message.bytes);
        return;
      case "taken":
        this.console.taken(message.bytes);
        return;
      case "trace":
        this.events.trace(message.bytes);
        Atomics.sub(this.traceBacklog, 0, message.bytes.length);
        Atomics.notify(this.traceBacklog, 0);
        return;
      case "ended":
        this.end = message.end;
        return;
    }
  }
}
