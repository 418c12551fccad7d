// SPDX-License-Identifier: MPL-2.0

import { readFileSync } from "node:fs";
import { relative } from "node:path";
import { decodeMappings, type Mapping, type SourceMap } from "../ktest/source-map.ts";

/** How the engine names a place of the image's script; it knows no columns. */
const PLACE = /\bkernel\.js:(\d+)/g;
const CALL = /\bsyscall (\d+)\(/g;

/** As many lines in a row have no mapping of their own. */
const MAX_LINES_WITHOUT = 8;

/** Puts places of the TypeScript sources into what an image prints of stacks. */
export class Traces {
  private readonly mapFile: string;
  private readonly syscallNames: ReadonlyMap<number, string>;
  private lines: Map<number, Mapping> | undefined;
  private sources: readonly string[] = [];

  /** `mapFile`: the source map beside the image; `syscallNames`: by number. */
  constructor(mapFile: string, syscallNames: ReadonlyMap<number, string> = new Map()) {
    this.mapFile = mapFile;
    this.syscallNames = syscallNames;
  }

  /** `text` with places as FILE:LINE, where they are known; `place` tells how a file is written. */
  map(text: string, place: (file: string) => string = shortPath): string {
    return text
      .replace(PLACE, (whole, line: string) => {
        const mapping = this.mappingOf(Number(line) - 1);
        const source = mapping === undefined ? undefined : this.sources[mapping.source];
        if (mapping === undefined || source === undefined) return whole;
        return `${place(source)}:${mapping.sourceLine + 1}:${mapping.sourceColumn + 1}`;
      })
      .replace(CALL, (whole, number: string) => {
        const name = this.syscallNames.get(Number(number));
        return name === undefined ? whole : `${name}(`;
      });
  }

  /** A line that was made while code was lowered belongs to the one before. */
  private mappingOf(line: number): Mapping | undefined {
    const mappings = this.mappings();
    for (let at = line; at >= line - MAX_LINES_WITHOUT && at >= 0; at--) {
      const mapping = mappings.get(at);
      if (mapping !== undefined) return mapping;
    }
    return undefined;
  }

  /** The first mapping of each line, which is read when the first place comes. */
  private mappings(): Map<number, Mapping> {
    if (this.lines !== undefined) return this.lines;
    this.lines = new Map();
    try {
      const map = JSON.parse(readFileSync(this.mapFile, "utf8")) as SourceMap;
      this.sources = map.sources;
      for (const mapping of decodeMappings(map)) {
        if (!this.lines.has(mapping.generatedLine)) this.lines.set(mapping.generatedLine, mapping);
      }
    } catch {
      // Without its map a place stays as the engine says it.
    }
    return this.lines;
  }
}

function shortPath(file: string): string {
  const path = relative(process.cwd(), file);
  return path.startsWith("../../") ? file : path;
}
