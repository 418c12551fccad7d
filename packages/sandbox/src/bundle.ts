// SPDX-License-Identifier: MPL-2.0

import { createHash } from "node:crypto";
import { readFileSync, statSync } from "node:fs";

/**
 * Beside the compiled modules, the build puts bundles of them (scripts/build-bundle.mjs): one
 * file loads in half of the time of five hundred. The modules stay for those who import them.
 */
const BUNDLES: URL = findBundles();

function findBundles(): URL {
  // Bundled, this file is one of them.
  const isBundled = /\/bundle\/[^/]*\.m?js$/.test(import.meta.url);
  return new URL(isBundled ? "./" : "./bundle/", import.meta.url);
}

/** What the build writes beside the bundles. */
interface BundleStamp {
  /** The compiler's record of each package in the bundles, relative to them, and its hash. */
  readonly records: Readonly<Record<string, string>>;
}

/**
 * The command, the worker of `boot()`, and the kernel, which both evaluate in a compartment. Of the
 * command, in a form of its own, and of the kernel the builder's V8 has kept code.
 */
const FILES = {
  run: "run.mjs",
  keptRun: "kept-run.js",
  keptRunCode: "kept-run.cache",
  worker: "worker.mjs",
  kernel: "kernel.js",
  kernelCode: "kernel.cache",
} as const;

let current: boolean | undefined;

/**
 * Where the bundle called `name` stands; undefined where the build made none (in tests, which
 * run from the sources), or a package was compiled again since.
 */
export function findBundle(name: keyof typeof FILES): URL | undefined {
  current ??= isCurrent(new URL("stamp.json", BUNDLES));
  return current ? new URL(FILES[name], BUNDLES) : undefined;
}

/** Whether none of the packages in the bundles beside `stampFile` was compiled again since. */
export function isCurrent(stampFile: URL): boolean {
  let stamp: BundleStamp;
  let builtMs: number;
  try {
    builtMs = statSync(stampFile).mtimeMs;
    stamp = JSON.parse(readFileSync(stampFile, "utf8")) as BundleStamp;
  } catch {
    return false;
  }
  return Object.entries(stamp.records).every(([path, hash]) => {
    const record = new URL(path, stampFile);
    const changedMs = statSync(record, { throwIfNoEntry: false })?.mtimeMs;
    // An installed package has no such record, and does not change. A compiler that found
    // nothing to do may have touched its record all the same.
    return changedMs === undefined || changedMs <= builtMs || hashOf(record) === hash;
  });
}

function hashOf(file: URL): string {
  return createHash("sha256").update(readFileSync(file)).digest("hex");
}
