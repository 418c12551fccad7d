// SPDX-License-Identifier: MPL-2.0

import { isBuiltin } from "node:module";
import { OsdkError } from "../errors.ts";
import { ExitCode } from "../exit-codes.ts";

const LONGEST_NAME = 64;

/** A project's name stands in `import` statements: reserved words of ECMAScript (12.7.2) can not be used there. */
const RESERVED_WORDS = new Set(
  (
    "arguments as async await break case catch class const continue debugger default delete do " +
    "else enum eval export extends false finally for from function get if implements import in " +
    "instanceof interface let new null of package private protected public return set static " +
    "super switch this throw true try typeof undefined using var void while with yield"
  ).split(" "),
);
/** What every object of JavaScript has already. */
const OBJECT_KEYS = new Set(["constructor", "prototype"]);
/** Names of devices, which no folder may have on Windows. */
const DEVICES = /^(con|prn|aux|nul|com\d|lpt\d)$/;
/** Folders that a project or a package manager has itself. */
const FOLDERS = new Set(["node_modules", "target", "src"]);

/** Throws `OsdkError` where `name` can not be that of a project, with the reason. */
export function checkName(name: string): void {
  const why = obstacle(name);
  if (why === undefined) return;
  throw new OsdkError(ExitCode.BAD_NAME, `"${name}" can not be the name of a project: ${why}`);
}

function obstacle(name: string): string | undefined {
  if (/[/\\]/.test(name)) return "expected a name, not a path; go to the folder first";
  if (!/^[a-z][a-z0-9_-]*$/.test(name)) {
    return 'expected a lower-case letter, then lower-case letters, digits, "-" or "_"';
  }
  if (name.length > LONGEST_NAME) return `expected at most ${LONGEST_NAME} characters`;
  if (RESERVED_WORDS.has(name)) return "it is a reserved word of JavaScript";
  if (OBJECT_KEYS.has(name)) return "JavaScript's objects have a key of that name";
  if (isBuiltin(name) || isBuiltin(`node:${name}`)) return "Node has a module of that name";
  if (FOLDERS.has(name)) return "it is the name of a folder that projects have themselves";
  if (DEVICES.test(name)) return "Windows has a device of that name";
  return undefined;
}
