// SPDX-License-Identifier: MPL-2.0

import { isAscii } from "node:buffer";
import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { constants, Script } from "node:vm";

// What V8 keeps of a script is for one version of V8 and its flags, and for the script's name: V8 gives a script the name
// that it was compiled by, and traces, source maps and breakpoints go by that name. So it stands before the code, on a line.

/** A code cache of `code`, which V8 kept of the script called `url`. */
export function makeCodeCache(url: string, code: Buffer): Buffer {
  return Buffer.concat([Buffer.from(`${url}\n`), code]);
}

/** The part of a code cache that is V8's, where it is for a script of this URL. */
export function codeFor(url: string, codeCache: Buffer | undefined): Buffer | undefined {
  const name = Buffer.from(`${url}\n`);
  return codeCache?.subarray(0, name.length).equals(name) === true
    ? codeCache.subarray(name.length)
    : undefined;
}

/** Bundles are written in ASCII, which needs no decoding. */
export function readText(file: string | URL): string {
  const bytes = readFileSync(file);
  return bytes.toString(isAscii(bytes) ? "latin1" : "utf8");
}

/** What a script of `compileBundle` gives. */
type BundleFunction = (require: NodeJS.Require, module: { exports: unknown }, url: string) => void;

/** Compiles a bundle that the build wrote as the text of a function. */
export function compileBundle(file: URL, cachedData?: Buffer): Script {
  return new Script(readText(file), {
    filename: file.href,
    importModuleDynamically: constants.USE_MAIN_CONTEXT_DEFAULT_LOADER,
    ...(cachedData && { cachedData }),
  });
}

/** What a bundle exports. */
export function runBundle(script: Script, file: URL): unknown {
  const module = { exports: {} as unknown };
  (script.runInThisContext() as BundleFunction)(createRequire(file), module, file.href);
  return module.exports;
}

/** What a bundle exports; undefined where the build has kept no code of it. Another V8 compiles it. */
export function loadKept(file: URL, codeFile: URL): unknown {
  const code = existsSync(codeFile) ? codeFor(file.href, readFileSync(codeFile)) : undefined;
  return code && runBundle(compileBundle(file, code), file);
}
