// SPDX-License-Identifier: MPL-2.0
//
// The classes that objects of a running kernel may be of: those that the sources of the kernel and of
// OSTD declare. State is restored by the names of its classes, so a name has to stand for one class.

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const PACKAGES = fileURLToPath(new URL("../../../packages/", import.meta.url));
const FOLDERS = ["kernel/src", "ostd/src"];
/** A declaration at the beginning of a line: classes stand at module level. */
const CLASS = /^(?:export )?(?:default )?(?:abstract )?class (\w+)/gm;

/** @param {string} folder @returns {Generator<string>} */
function* sources(folder) {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) yield* sources(path);
    else if (/\.ts$/.test(path) && !/\.(test|ktest)\.ts$|\/testing\//.test(path)) yield path;
  }
}

/**
 * @param {readonly string[]} [folders] below packages/
 * @returns {Set<string>}
 * @throws {Error} when two classes of one folder have one name
 */
export function declaredClasses(folders = FOLDERS) {
  /** @type {Set<string>} */
  const names = new Set();
  for (const folder of folders) {
    /** @type {Map<string, string>} */
    const found = new Map();
    for (const file of sources(join(PACKAGES, folder))) {
      for (const [, name = ""] of readFileSync(file, "utf8").matchAll(CLASS)) {
        const other = found.get(name);
        if (other !== undefined)
          throw new Error(`class ${name} is declared in ${other} and ${file}`);
        found.set(name, file);
        names.add(name);
      }
    }
  }
  return names;
}
