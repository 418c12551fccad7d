// SPDX-License-Identifier: MPL-2.0

import TOML from "@iarna/toml";
import { parseTOML } from "toml-eslint-parser";
import type { AST, ParseError } from "toml-eslint-parser";
import { ManifestError } from "./manifest-error.ts";

/** Where a key or an array element stands; both 1-based. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

/** Keys and array indices from the root, e.g. ["run", "boot", "kcmd_args", 0]. */
export type KeyPath = readonly (string | number)[];

export interface ParsedToml {
  readonly value: unknown;
  /** Where the key or element at `path` stands, or the nearest that encloses it. */
  positionOf(path: KeyPath): Position;
}

/** Names that the parser below loses, as JavaScript's objects have them already. */
const RESERVED_KEYS: ReadonlySet<string> = new Set([
  "prototype",
  ...Object.getOwnPropertyNames(Object.prototype),
]);

/** Parses TOML and keeps the positions of its keys; throws `ManifestError` where it is malformed. */
export function parseToml(text: string, file: string): ParsedToml {
  let value: unknown;
  try {
    value = TOML.parse(text);
  } catch (error) {
    throw syntaxError(text, error, file);
  }
  const positions = findPositions(text, file);
  return {
    value,
    positionOf(path): Position {
      for (let length = path.length; length > 0; length -= 1) {
        const position = positions.get(keyOf(path.slice(0, length)));
        if (position !== undefined) return position;
      }
      return { line: 1, column: 1 };
    },
  };
}

/** The second parser says more exactly where and what; the first decides what is malformed. */
function syntaxError(text: string, error: unknown, file: string): ManifestError {
  const { line, col, message } = error as { line?: number; col?: number; message: string };
  // The parser counts from 0, and appends an excerpt to its message after a blank line or "at row".
  const reason = (message.split("\n")[0] ?? message).replace(/ at row \d+, col \d+.*$/, "");
  try {
    parseTOML(text, { tomlVersion: "1.0" });
  } catch (better) {
    const { lineNumber, column, message: told } = better as ParseError;
    const isVague = /^unexpected (character|token)$/i.test(told) && reason.includes("expect");
    return malformed(file, lineNumber, column + 1, isVague ? reason : told);
  }
  return malformed(file, (line ?? 0) + 1, (col ?? 0) + 1, reason);
}

function malformed(file: string, line: number, column: number, reason: string): ManifestError {
  const message = `not valid TOML: ${reason.charAt(0).toLowerCase()}${reason.slice(1)}`;
  return new ManifestError(file, [{ line, column, message }]);
}

function keyOf(path: KeyPath): string {
  return JSON.stringify(path);
}

/** The positions of all keys and array elements, by path. */
function findPositions(text: string, file: string): Map<string, Position> {
  const positions = new Map<string, Position>();
  const note = (path: KeyPath, node: AST.TOMLNode): void => {
    const key = keyOf(path);
    if (positions.has(key)) return;
    positions.set(key, { line: node.loc.start.line, column: node.loc.start.column + 1 });
  };
  const noteKeys = (base: KeyPath, key: AST.TOMLKey): KeyPath => {
    let path = base;
    for (const part of key.keys) {
      const name = part.type === "TOMLBare" ? part.name : part.value;
      if (RESERVED_KEYS.has(name)) {
        const { line, column } = part.loc.start;
        const message = `the key "${name}" is reserved; choose another name`;
        throw new ManifestError(file, [{ line, column: column + 1, message }]);
      }
      path = [...path, name];
      note(path, part);
    }
    return path;
  };
  const noteContent = (path: KeyPath, node: AST.TOMLContentNode): void => {
    if (node.type === "TOMLArray") {
      node.elements.forEach((element, index) => {
        note([...path, index], element);
        noteContent([...path, index], element);
      });
    } else if (node.type === "TOMLInlineTable") {
      for (const entry of node.body) noteContent(noteKeys(path, entry.key), entry.value);
    }
  };
  let program: AST.TOMLProgram;
  try {
    program = parseTOML(text, { tomlVersion: "1.0" });
  } catch {
    // What one parser takes and the other does not loses its positions, nothing else.
    return positions;
  }
  for (const entry of program.body[0].body) {
    if (entry.type === "TOMLKeyValue") {
      noteContent(noteKeys([], entry.key), entry.value);
      continue;
    }
    const base = noteKeys([], entry.key);
    for (const inner of entry.body) noteContent(noteKeys(base, inner.key), inner.value);
  }
  return positions;
}
