// SPDX-License-Identifier: MPL-2.0

import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import { BuildError } from "./build-error.ts";

/** What images are built with, and the Debian package that brings it. */
const BUILD_TOOLS: readonly (readonly [program: string, debianPackage: string])[] = [
  ["gcc", "gcc"],
  ["ld", "binutils"],
  ["ar", "binutils"],
];

/** The compiler for the build host needs the C library's own headers too. */
const HOST_HEADERS = "/usr/include/stdio.h";

/** Where musl-dev of Debian and Ubuntu puts musl. */
export const MUSL_INCLUDE = "/usr/include/x86_64-linux-musl";
export const MUSL_LIBC = "/usr/lib/x86_64-linux-musl/libc.a";

/** The path of a program, or undefined. */
export function findProgram(name: string): string | undefined {
  return (process.env["PATH"] ?? "")
    .split(delimiter)
    .map((folder) => join(folder, name))
    .find((path) => existsSync(path));
}

/** The Debian packages that are missing to build an image; empty when all is there. */
export function missingBuildPackages(): readonly string[] {
  const missing = BUILD_TOOLS.filter(([program]) => findProgram(program) === undefined);
  const packages = new Set(missing.map(([, debianPackage]) => debianPackage));
  if (!existsSync(HOST_HEADERS)) packages.add("libc6-dev");
  if (!existsSync(MUSL_LIBC) || !existsSync(MUSL_INCLUDE)) packages.add("musl-dev");
  return [...packages];
}

/** The Debian packages that are missing to run an image. */
export function missingRunPackages(): readonly string[] {
  return findProgram("qemu-system-x86_64") === undefined ? ["qemu-system-x86"] : [];
}

/** Throws a `BuildError` that names the one command which installs what is missing. */
export function requireBuildTools(): void {
  const missing = missingBuildPackages();
  if (missing.length > 0) throw new BuildError("tools-missing", installHint(missing));
}

/** The path of QEMU. Throws a `BuildError` when there is none. */
export function requireQemu(): string {
  const path = findProgram("qemu-system-x86_64");
  if (path === undefined) throw new BuildError("tools-missing", installHint(missingRunPackages()));
  return path;
}

function installHint(packages: readonly string[]): string {
  const list = packages.join(" ");
  return `missing: ${list}; install with: apt-get install --no-install-recommends ${list}`;
}

/** How tools are called: where, and until when. */
export interface ToolRun {
  readonly cwd: string;
  /** Ends them. */
  readonly signal?: AbortSignal | undefined;
}

/** Runs a program to its end; its standard output. Throws a `BuildError` with what it printed. */
export function run(program: string, args: readonly string[], how: ToolRun): Promise<string> {
  const { cwd, signal } = how;
  return new Promise((resolve, reject) => {
    if (signal?.aborted === true) {
      reject(new BuildError("interrupted", "interrupted"));
      return;
    }
    // A group of its own: what a compiler starts itself (cc1, as) ends with it.
    const child = spawn(program, args, { cwd, detached: true, stdio: ["ignore", "pipe", "pipe"] });
    const end = (): void => endGroup(child.pid);
    signal?.addEventListener("abort", end);
    const output = { stdout: "", stderr: "" };
    child.stdout.setEncoding("utf8").on("data", (text: string) => (output.stdout += text));
    child.stderr.setEncoding("utf8").on("data", (text: string) => (output.stderr += text));
    const finish = (problem: string | undefined): void => {
      signal?.removeEventListener("abort", end);
      if (signal?.aborted === true) reject(new BuildError("interrupted", "interrupted"));
      else if (problem === undefined) resolve(output.stdout);
      else {
        const said = output.stderr === "" ? problem : output.stderr;
        reject(new BuildError("tool-failed", `${program} failed:\n${said}`));
      }
    };
    child.once("error", (error) => finish(error.message));
    child.once("close", (code, cause) => {
      finish(code === 0 ? undefined : `it ended with ${code ?? cause}`);
    });
  });
}

function endGroup(pid: number | undefined): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, "SIGTERM");
  } catch {
    // It has ended.
  }
}

/** Waits for all of them, also when one fails: their folder may be removed afterwards. */
export async function allEnded(runs: readonly Promise<string>[]): Promise<void> {
  const outcomes = await Promise.allSettled(runs);
  for (const outcome of outcomes) {
    if (outcome.status === "rejected") throw outcome.reason;
  }
}
