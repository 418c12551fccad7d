// SPDX-License-Identifier: MPL-2.0

import { relative } from "node:path";
import { fileURLToPath } from "node:url";
import type { Location } from "./result.ts";

/** The first frame of a stack that lies in the project's sources. */
export function locate(stack: string, directory: string): Location | undefined {
  for (const line of stack.split("\n").slice(1)) {
    const [, place, row, column] = /\(?((?:file:\/\/)?\/[^()]*?):(\d+):(\d+)\)?$/.exec(line) ?? [];
    if (place === undefined) continue;
    const file = relative(directory, place.startsWith("file:") ? fileURLToPath(place) : place);
    const isOfProject = !file.startsWith("..") && !/(^|\/)(node_modules|target|dist)\//.test(file);
    if (isOfProject) return { file, line: Number(row), column: Number(column) };
  }
  return undefined;
}

/** `src/mm/frames.ktest.ts` of package `p` is the module `p::mm::frames`. */
export function modulePath(packageName: string, file: string | undefined): string {
  if (file === undefined) return packageName;
  const segments = file
    .replace(/^src\//, "")
    .replace(/(\.ktest)?\.[a-z]+$/, "")
    .split("/");
  return [packageName, ...segments].join("::");
}
