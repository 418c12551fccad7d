// SPDX-License-Identifier: MPL-2.0

import { readdir, rm, stat, utimes } from "node:fs/promises";
import { join } from "node:path";

/** How much of a kind of entry the cache keeps, those used last. */
const KEPT: readonly { readonly name: RegExp; readonly count: number }[] = [
  // An image is made of nine; a project and its tests, before a change and after it.
  { name: /^compiled-[0-9a-f]{16}\.o$/, count: 96 },
  { name: /^engine-[0-9a-f]{16}$/, count: 3 },
];
/** What a build that was killed left behind; no build takes as long as its age. */
const LEFT_BEHIND = /^(?:compiled|engine)-new-/;
const LEFT_AFTER_MS = 24 * 60 * 60 * 1000;
/** The same beside an image: the folders in which images and disks are made. */
const LEFT_BESIDE = /^\.(?:image|disk)-/;

/** Notes that entries of the cache were used. One that is gone is none of ours to tell. */
export async function markUsed(paths: readonly string[]): Promise<void> {
  const now = new Date();
  await Promise.all(paths.map((path) => utimes(path, now, now).catch(() => undefined)));
}

/** Removes from the cache what was not used for longest. What can not be removed stays. */
export async function pruneCache(cacheFolder: string): Promise<void> {
  const entries: { readonly path: string; readonly name: string; readonly usedMs: number }[] = [];
  for (const name of await readdir(cacheFolder)) {
    const path = join(cacheFolder, name);
    const found = await stat(path).catch(() => undefined);
    if (found !== undefined) entries.push({ path, name, usedMs: found.mtimeMs });
  }
  const old = entries.filter(
    ({ name, usedMs }) => LEFT_BEHIND.test(name) && usedMs < Date.now() - LEFT_AFTER_MS,
  );
  for (const { name: pattern, count } of KEPT) {
    const kind = entries.filter(({ name }) => pattern.test(name));
    kind.sort((a, b) => b.usedMs - a.usedMs);
    old.push(...kind.slice(count));
  }
  for (const { path } of old) {
    await rm(path, { recursive: true, force: true }).catch(() => undefined);
  }
}

/** Removes what builds that were killed left beside their images. */
export async function removeLeftBeside(folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    const path = join(folder, name);
    const found = LEFT_BESIDE.test(name) ? await stat(path).catch(() => undefined) : undefined;
    if (found === undefined || found.mtimeMs >= Date.now() - LEFT_AFTER_MS) continue;
    await rm(path, { recursive: true, force: true }).catch(() => undefined);
  }
}
