// SPDX-License-Identifier: MPL-2.0

import { readFileSync } from "node:fs";
import { basename } from "node:path";
import type { JsFunction } from "../compile/bytecode.ts";
import type { Choice } from "../compile/compile.ts";
import { linesOf, type Script, type SourceMap } from "./bundle.ts";
import { HOT_FUNCTIONS } from "./engine.ts";

/** Longer ones take the C compiler long; the scripts' own code is such, and runs once. */
export const MAX_CODE_BYTES = 3000;

/** Says of the scripts' functions whether hot-functions.txt names them: one a line, file and name. */
export function hotFunctions(scripts: readonly Script[]): Choice {
  const hot = new Set(readFileSync(HOT_FUNCTIONS, "utf8").split("\n"));
  const nameOf = functionNames(scripts);
  return (fn) => fn.code.length <= MAX_CODE_BYTES && hot.has(nameOf(fn));
}

/** Names functions as hot-functions.txt does. */
export function functionNames(scripts: readonly Script[]): (fn: JsFunction) => string {
  const lines = scripts.flatMap(({ code }) => linesOf(code));
  const sources = scripts.flatMap(({ code, map }) => {
    const known = sourceOfLines(map);
    return linesOf(code).map((_, i) => known[i] ?? "");
  });
  return ({ line }) => {
    // The script is not minified: a function begins its line with its name, or what it is given to.
    const name = /([\w$]+)(?: =|:)? *(?:\(|=>|async|function)/.exec(lines[line - 1] ?? "")?.[1];
    // The bundler numbers names that are there twice.
    return `${sources[line - 1] ?? ""} ${(name ?? "").replace(/\d+$/, "")}`;
  };
}

const DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/** By line of a script: the name of the file that its first part comes from. */
function sourceOfLines({ sources, mappings }: SourceMap): readonly string[] {
  let source = 0;
  return mappings.split(";").map((line) => {
    let first: number | undefined;
    for (const segment of line.split(",")) {
      // Column, source, line and column there: each as the difference to the segment before.
      const fields = fieldsOf(segment);
      if (fields.length < 4) continue;
      source += fields[1] ?? 0;
      first ??= source;
    }
    return first === undefined ? "" : basename(sources[first] ?? "");
  });
}

function fieldsOf(segment: string): readonly number[] {
  const fields: number[] = [];
  let value = 0;
  let shift = 0;
  for (const character of segment) {
    const digit = DIGITS.indexOf(character);
    value |= (digit & 31) << shift;
    shift += 5;
    if (digit >= 32) continue;
    fields.push((value & 1) === 0 ? value >> 1 : -(value >> 1));
    value = 0;
    shift = 0;
  }
  return fields;
}
