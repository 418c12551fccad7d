// SPDX-License-Identifier: MPL-2.0

import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";

/** Measured against; no dependency of Aster's. */
export const V86_VERSION = "0.5.462";

/** The folder of the npm package `v86`, installed in the user's cache the first time. */
export function installV86(log) {
  const cache = process.env.XDG_CACHE_HOME || join(homedir(), ".cache");
  const directory = join(cache, "aster", `v86-${V86_VERSION}`);
  const installed = join(directory, "node_modules", "v86");
  if (existsSync(join(installed, "build", "v86.wasm"))) return installed;
  log(`installing v86 ${V86_VERSION} into ${directory}`);
  mkdirSync(directory, { recursive: true });
  const run = spawnSync(
    "npm",
    [
      "install",
      "--prefix",
      directory,
      "--no-audit",
      "--no-fund",
      "--ignore-scripts",
      `v86@${V86_VERSION}`,
    ],
    { encoding: "utf8" },
  );
  if (run.status !== 0) throw new Error(`npm could not install v86: ${run.stderr ?? run.error}`);
  return installed;
}
