// SPDX-License-Identifier: MPL-2.0

import { homedir } from "node:os";
import { isAbsolute, join, resolve } from "node:path";

export const MANIFEST_NAME = "OSDK.toml";

/** A file that the manifest names: relative to the manifest, `~/` is the user's home. */
export function manifestFile(manifestDirectory: string, path: string): string {
  if (path.startsWith("~/")) return join(homedir(), path.slice(2));
  return isAbsolute(path) ? path : resolve(manifestDirectory, path);
}
