// SPDX-License-Identifier: MPL-2.0

import { readFileSync } from "node:fs";
import { SourceMap } from "node:module";
import { fileURLToPath } from "node:url";

/**
 * Has the stack traces of this realm name the sources of the bundles in `directory`. The maps are
 * read when the first trace is looked at: Node's own --enable-source-maps reads them at start.
 * For realms of our own alone.
 */
export function mapStackTraces(directory: URL): void {
  const maps = new Map<string, SourceMap | undefined>();
  Error.prepareStackTrace = (error, frames) => {
    const lines = frames.map((frame) => `\n    at ${locate(frame, directory.href, maps)}`);
    return describe(error) + lines.join("");
  };
}

function describe(error: Error): string {
  try {
    return String(error);
  } catch {
    return "<error>";
  }
}

function locate(
  frame: NodeJS.CallSite,
  directory: string,
  maps: Map<string, SourceMap | undefined>,
): string {
  const text = String(frame);
  // Code that was evaluated from a string has but the name that it gives itself.
  const file = frame.getFileName() ?? frame.getScriptNameOrSourceURL();
  const line = frame.getLineNumber();
  const column = frame.getColumnNumber();
  if (!file?.startsWith(directory) || line === null || column === null) return text;
  if (!maps.has(file)) maps.set(file, readMap(file));
  // Maps count from 0, traces from 1.
  const entry = maps.get(file)?.findEntry(line - 1, column - 1);
  if (entry === undefined || !("originalSource" in entry)) return text;
  const source = fileURLToPath(new URL(entry.originalSource, file));
  const place = `${source}:${entry.originalLine + 1}:${entry.originalColumn + 1}`;
  return text.replace(`${file}:${line}:${column}`, () => place);
}

function readMap(file: string): SourceMap | undefined {
  try {
    return new SourceMap(JSON.parse(readFileSync(new URL(`${file}.map`), "utf8")));
  } catch {
    return undefined;
  }
}
