// SPDX-License-Identifier: MPL-2.0

import { ExitCode } from "../exit-codes.ts";
import { complete, joinAtEquals, type Completion } from "./completion.ts";

/**
 * `osdk --complete SHELL WORDS...`, as the scripts of `osdk completion` call it: what may stand for
 * the last word, by lines of WORD, a tab and what it means.
 */
export async function answerCompletion(args: readonly string[]): Promise<number> {
  const [shell, ...given] = args;
  const words = shell === "bash" ? joinAtEquals(given) : given;
  const current = words.at(-1) ?? "";
  const isScheme = words.at(-2) === "--scheme" || current.startsWith("--scheme=");
  const schemes = isScheme ? await schemesHere() : [];
  const { candidates, paths }: Completion = complete(words, () => schemes);
  // What bash has split off stays where it is.
  const kept = shell === "bash" ? current.indexOf("=") + 1 : 0;
  const lines = candidates.map(({ word, about }) => `${word.slice(kept)}\t${about}\n`);
  process.stdout.write(lines.join("") + (paths === undefined ? "" : `:${paths}\n`));
  return ExitCode.SUCCESS;
}

async function schemesHere(): Promise<string[]> {
  try {
    const { findPlace } = await import("../project/project.ts");
    const { readManifestCached } = await import("../manifest/cache.ts");
    const { manifest } = findPlace(process.cwd());
    return manifest === undefined
      ? []
      : Object.keys((await readManifestCached(manifest)).scheme ?? {});
  } catch {
    // While something is typed is no time for complaints.
    return [];
  }
}
