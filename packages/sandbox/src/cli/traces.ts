// SPDX-License-Identifier: MPL-2.0

import { closeSync, openSync, writeSync } from "node:fs";
import { SandboxError } from "../errors.ts";
import { describe } from "../host-error.ts";
import { complain } from "./failure.ts";
import type { RunOptions } from "./options.ts";

/** Where the guest's trace goes. */
export interface TraceOutput {
  readonly write: (bytes: Uint8Array) => void;
  readonly close: () => void;
}

/** What `--strace` and `--scml-audit` ask for. Throws `SandboxError`. */
export async function openTraces(options: RunOptions): Promise<TraceOutput | undefined> {
  const strace = openStrace(options.strace);
  const wantsAudit = options.scmlAudit !== undefined || (options.scml ?? []).length > 0;
  const audit = wantsAudit ? (await import("./audit.ts")).openAudit(options) : undefined;
  if (strace === undefined || audit === undefined) return strace ?? audit;
  return {
    write: (bytes) => {
      strace.write(bytes);
      audit.write(bytes);
    },
    close: () => {
      strace.close();
      audit.close();
    },
  };
}

function openStrace(target: true | string | undefined): TraceOutput | undefined {
  if (target === undefined) return undefined;
  if (target === true) return { write: complain, close: () => {} };
  let fd: number;
  try {
    fd = openSync(target, "w");
  } catch (error) {
    throw new SandboxError("bad-option", `--strace=${target}: ${describe(error)}`);
  }
  return {
    write: (bytes) => {
      for (let done = 0; done < bytes.length;) done += writeSync(fd, bytes, done);
    },
    close: () => closeSync(fd),
  };
}
