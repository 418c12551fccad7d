// SPDX-License-Identifier: MPL-2.0

import { spawn, type ChildProcess } from "node:child_process";
import { findProgram } from "./obstacles.ts";

/** The last of what QEMU says on standard error is kept, to be told when it fails. */
const MAX_ERROR_BYTES = 4096;

/** How QEMU ended: with an exit status, or by a signal. */
export interface QemuExit {
  readonly status: number | undefined;
  readonly signal: NodeJS.Signals | undefined;
  /** What it said on standard error, at most 4 KiB. */
  readonly errors: string;
}

export interface QemuFiles {
  /** Whether QEMU may read our standard input, and write to our standard output. */
  readonly stdin: boolean;
  readonly stdout: boolean;
}

/** A running QEMU, which ends with this process whatever becomes of it. */
export class QemuProcess {
  /** Rejects when the program can not be started. */
  readonly ended: Promise<QemuExit>;
  private readonly child: ChildProcess;
  private readonly killOnExit = (): void => this.kill();

  constructor([program = "", ...args]: readonly string[], files: QemuFiles) {
    // A signal of the terminal's is for us: we decide what becomes of QEMU.
    const child = spawn(...dyingWithUs(program, args), {
      detached: !files.stdin,
      stdio: [files.stdin ? "inherit" : "ignore", files.stdout ? "inherit" : "ignore", "pipe"],
    });
    this.child = child;
    let errors = "";
    child.stderr?.on("data", (text: Buffer) => {
      errors = (errors + text.toString("utf8")).slice(-MAX_ERROR_BYTES);
    });
    process.once("exit", this.killOnExit);
    this.ended = new Promise((resolve, reject) => {
      child.once("error", reject);
      child.once("close", (status, signal) => {
        process.off("exit", this.killOnExit);
        resolve({ status: status ?? undefined, signal: signal ?? undefined, errors });
      });
    });
  }

  kill(): void {
    this.child.kill("SIGKILL");
  }
}

/** Has Linux end the program when we are killed; where there is no setpriv, nobody does. */
function dyingWithUs(program: string, args: readonly string[]): [string, string[]] {
  const setpriv = findProgram("setpriv");
  if (setpriv === undefined || process.platform !== "linux") return [program, [...args]];
  return [setpriv, ["--pdeathsig", "KILL", "--", program, ...args]];
}
