// SPDX-License-Identifier: MPL-2.0

import { spawn } from "node:child_process";
import { constants } from "node:os";
import { fileURLToPath } from "node:url";
import { say } from "../cli/messages.ts";
import { ExitCode } from "../exit-codes.ts";

const PROGRAM = fileURLToPath(new URL("../../bin/aster-osdk.js", import.meta.url));
/** A guest that does not end by SIGTERM in this time is killed. */
const GRACE_MS = 500;
const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/**
 * Runs `osdk run ARGS…` in a process of its own and ends it after `timeoutMs`: a kernel that never
 * gives its thread back could not be ended from within. Gives the exit code.
 */
export function supervise(args: readonly string[], timeoutMs: number): Promise<number> {
  const words = [PROGRAM, "run", ...withoutTimeout(args)];
  const child = spawn(process.execPath, words, { stdio: "inherit" });
  // Ctrl-C reaches the whole group; the guest decides what it means.
  const forward = (signal: NodeJS.Signals): void => {
    if (signal !== "SIGINT") child.kill(signal);
  };
  for (const signal of SIGNALS) process.on(signal, forward);
  let hasTimedOut = false;
  let killer: NodeJS.Timeout | undefined;
  const timer = setTimeout(() => {
    hasTimedOut = true;
    child.kill("SIGTERM");
    killer = setTimeout(() => child.kill("SIGKILL"), GRACE_MS);
  }, timeoutMs);
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("exit", (code, signal) => {
      clearTimeout(timer);
      clearTimeout(killer);
      for (const name of SIGNALS) process.off(name, forward);
      if (hasTimedOut) say(`the guest did not end within ${timeoutMs / 1000} s`);
      const ended = signal === null ? code : 128 + constants.signals[signal];
      resolve(hasTimedOut ? ExitCode.TIMEOUT : (ended ?? ExitCode.RUN));
    });
  });
}

/** The arguments without `--timeout` and its value. */
export function withoutTimeout(args: readonly string[]): string[] {
  const end = args.indexOf("--");
  const own = end < 0 ? args : args.slice(0, end);
  const kept = own.filter(
    (word, index) =>
      word !== "--timeout" && !word.startsWith("--timeout=") && own[index - 1] !== "--timeout",
  );
  return [...kept, ...(end < 0 ? [] : args.slice(end))];
}
