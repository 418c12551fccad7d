// SPDX-License-Identifier: MPL-2.0

// The methods of OSTD's classes with the names and types of their parameters, from its API report.

import { readFileSync } from "node:fs";

const REPORT = new URL("../../packages/ostd/api.md", import.meta.url);
const HEAD = /^(?:abstract )?class (\w+)(?:<.*?>)?(?: extends (\w+))?.*\{$/u;
const METHOD = /^ {4}(static )?(get |set )?(\w+)(?:<.*?>)?\((.*)\)(?:: .*)?;$/u;

/** Splits at commas that stand in no bracket. */
function split(text) {
  const parts = [];
  let depth = 0;
  let start = 0;
  for (let at = 0; at <= text.length; at++) {
    const character = text[at];
    if ("(<{[".includes(character)) depth += 1;
    else if (")}]".includes(character) || (character === ">" && text[at - 1] !== "=")) depth -= 1;
    if (at === text.length || (character === "," && depth === 0)) {
      parts.push(text.slice(start, at).trim());
      start = at + 1;
    }
  }
  return parts.filter((part) => part !== "");
}

function parameter(text) {
  const [, name, type] = /^(?:\.\.\.)?(\w+)\??: (.*)$/u.exec(text) ?? [undefined, text, ""];
  return { name, type };
}

/** Class name -> { heir of, methods: { name, kind, parameters } }. */
export function readSignatures() {
  const classes = new Map();
  let current;
  for (const line of readFileSync(REPORT, "utf8").split("\n")) {
    const head = HEAD.exec(line);
    if (head !== null) {
      current = { parent: head[2], methods: [] };
      classes.set(head[1], current);
    } else if (line === "}") {
      current = undefined;
    }
    const [, isStatic, accessor, name, parameters] = METHOD.exec(line) ?? [];
    if (current === undefined || name === undefined || name === "constructor") continue;
    current.methods.push({
      name,
      kind: isStatic === undefined ? (accessor?.trim() ?? "method") : "static",
      parameters: split(parameters).map(parameter),
    });
  }
  return classes;
}
