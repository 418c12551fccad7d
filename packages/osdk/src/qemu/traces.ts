// SPDX-License-Identifier: MPL-2.0

import { readFileSync } from "node:fs";
import { relative } from "node:path";
import { decodeMappings, type SourceMap } from "../ktest/source-map.ts";

/** How the engine names a place of the image's script; it knows no columns. */
const PLACE = /\bkernel\.js:(\d+)/g;
const CALL = /\bsyscall (\d+)\(/g;

/** As many lines in a row have no mapping of their own. */
const MAX_LINES_WITHOUT = 8;

/** A place of the sources, counted from 1. */
interface Place {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** The map of an image's scripts, whose lines are numbered through (ECMA-426, 9). */
interface IndexMap {
  readonly sections: readonly {
    readonly offset: { readonly line: number };
    readonly map: SourceMap;
  }[];
}

/** Puts places of the TypeScript sources into what an image prints of stacks. */
export class Traces {
  private readonly mapFile: string;
  private readonly syscallNames: ReadonlyMap<number, string>;
  private lines: Map<number, Place> | undefined;

  /** `mapFile`: the source map beside the image; `syscallNames`: by number. */
  constructor(mapFile: string, syscallNames: ReadonlyMap<number, string> = new Map()) {
    this.mapFile = mapFile;
    this.syscallNames = syscallNames;
  }

  /** `text` with places as FILE:LINE, where they are known; `place` tells how a file is written. */
  map(text: string, place: (file: string) => string = shortPath): string {
    return text
      .replace(PLACE, (whole, line: string) => {
        const found = this.placeOf(Number(line) - 1);
        return found === undefined ? whole : `${place(found.file)}:${found.line}:${found.column}`;
      })
      .replace(CALL, (whole, number: string) => {
        const name = this.syscallNames.get(Number(number));
        return name === undefined ? whole : `${name}(`;
      });
  }

  /** A line that was made while code was lowered belongs to the one before. */
  private placeOf(line: number): Place | undefined {
    const places = this.places();
    for (let at = line; at >= line - MAX_LINES_WITHOUT && at >= 0; at--) {
      const place = places.get(at);
      if (place !== undefined) return place;
    }
    return undefined;
  }

  /** The first place of each line, which is read when the first stack comes. */
  private places(): Map<number, Place> {
    if (this.lines !== undefined) return this.lines;
    const lines = new Map<number, Place>();
    this.lines = lines;
    try {
      const { sections } = JSON.parse(readFileSync(this.mapFile, "utf8")) as IndexMap;
      for (const { offset, map } of sections) {
        for (const mapping of decodeMappings(map)) {
          const line = offset.line + mapping.generatedLine;
          const file = map.sources[mapping.source];
          if (file === undefined || lines.has(line)) continue;
          lines.set(line, {
            file,
            line: mapping.sourceLine + 1,
            column: mapping.sourceColumn + 1,
          });
        }
      }
    } catch {
      // Without its map a place stays as the engine says it.
    }
    return lines;
  }
}

function shortPath(file: string): string {
  const path = relative(process.cwd(), file);
  return path.startsWith("../../") ? file : path;
}
