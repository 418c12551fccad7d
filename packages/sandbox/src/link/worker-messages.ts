// SPDX-License-Identifier: MPL-2.0

import type { SandboxErrorCode } from "../errors.ts";
import type { SystemEnd } from "../system.ts";
import type { LinkConfig } from "./link.ts";

/** What a worker is started with. */
export interface WorkerData {
  readonly config: LinkConfig;
  /** One Int32: bytes of the trace that the caller has not looked at. */
  readonly traceBacklog: Int32Array;
}

/** To the worker: bytes for the agent's port. */
export type ToWorker = Uint8Array;

/** From the worker. */
export type FromWorker =
  | { readonly type: "bytes"; readonly bytes: Uint8Array }
  | { readonly type: "trace"; readonly bytes: Uint8Array }
  | { readonly type: "log"; readonly bytes: Uint8Array }
  | { readonly type: "started" }
  | { readonly type: "refused"; readonly code: SandboxErrorCode; readonly message: string }
  | { readonly type: "ended"; readonly end: SystemEnd };
