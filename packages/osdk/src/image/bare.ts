// SPDX-License-Identifier: MPL-2.0

import { createRequire } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { OsdkError } from "../errors.ts";
import { ExitCode } from "../exit-codes.ts";

type Bare = typeof import("@aster/bare");

/**
 * `@aster/bare`, which builds images: ours, or that of the project in `directory`. It is not
 * installed with us, as most never leave the built-in machine. Throws `OsdkError`.
 */
export async function loadBare(directory: string): Promise<Bare> {
  for (const from of [import.meta.url, pathToFileURL(join(directory, "package.json")).href]) {
    let file: string;
    try {
      file = createRequire(from).resolve("@aster/bare");
    } catch {
      continue;
    }
    return (await import(pathToFileURL(file).href)) as Bare;
  }
  throw new OsdkError(
    ExitCode.NOT_FOUND,
    "images of kernels are built by @aster/bare, which is not installed; run: " +
      "pnpm add -D @aster/bare (or npm install -D @aster/bare)",
  );
}
