// SPDX-License-Identifier: MPL-2.0

import type { TerminalSize } from "../boot-options.ts";
import type { SandboxErrorCode } from "../errors.ts";
import type { SystemEnd } from "../system.ts";
import type { LinkConfig } from "./link.ts";

/** What a worker is started with. */
export interface WorkerData {
  readonly config: LinkConfig;
  /** One Int32: bytes of the trace that the caller has not looked at. */
  readonly traceBacklog: Int32Array;
}

/** To the worker: bytes for the agent's port, or a word about the console. */
export type ToWorker =
  | Uint8Array
  | { readonly type: "typed"; readonly bytes: Uint8Array }
  | { readonly type: "typed-end" }
  | { readonly type: "hang-up" }
  /** The caller has room for so many more bytes of the console's. */
  | { readonly type: "shown"; readonly bytes: number }
  | { readonly type: "resize"; readonly size: TerminalSize };

/** From the worker. */
export type FromWorker =
  | { readonly type: "bytes"; readonly bytes: Uint8Array }
  | { readonly type: "trace"; readonly bytes: Uint8Array }
  | { readonly type: "log"; readonly bytes: Uint8Array }
  | { readonly type: "early"; readonly bytes: Uint8Array }
  | { readonly type: "console"; readonly bytes: Uint8Array }
  /** The guest has taken so many bytes that were typed. */
  | { readonly type: "taken"; readonly bytes: number }
  | { readonly type: "started" }
  | { readonly type: "refused"; readonly code: SandboxErrorCode; readonly message: string }
  | { readonly type: "ended"; readonly end: SystemEnd };
