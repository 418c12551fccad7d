// SPDX-License-Identifier: MPL-2.0

import { existsSync } from "node:fs";
import { dirname, join } from "node:path";

export const MANIFEST_NAME = "OSDK.toml";

/**
 * The manifest that holds in `directory`: its own, or else that of the workspace around it (the
 * nearest folder above with a `pnpm-workspace.yaml`). The two are never merged.
 */
export function findManifest(directory: string): string | undefined {
  const own = join(directory, MANIFEST_NAME);
  if (existsSync(own)) return own;
  for (let at = directory; ; at = dirname(at)) {
    if (existsSync(join(at, "pnpm-workspace.yaml"))) {
      const manifest = join(at, MANIFEST_NAME);
      return existsSync(manifest) ? manifest : undefined;
    }
    if (dirname(at) === at) return undefined;
  }
}
