// SPDX-License-Identifier: MPL-2.0

import { OsdkError } from "../errors.ts";
import { ExitCode } from "../exit-codes.ts";
import type { Build } from "../manifest/schema.ts";
import type { Project } from "../project/project.ts";

const DEFAULT = "default";

/**
 * The features that a build activates, with all that they activate besides. A feature is a
 * condition for the `imports` and `exports` of package.json. Throws `OsdkError` for one that
 * `osdk.features` of package.json does not define.
 */
export function activeFeatures(project: Project, build: Build): string[] {
  const { features } = project.packageJson.osdk;
  const active = new Set<string>();
  const activate = (name: string, by: string): void => {
    if (active.has(name)) return;
    const others = Object.hasOwn(features, name) ? features[name] : undefined;
    if (others === undefined) {
      const known = Object.keys(features).join(", ");
      const expected = known === "" ? "it defines none" : `expected one of ${known}`;
      throw new OsdkError(
        ExitCode.BUILD,
        `feature "${name}"${by} is not in osdk.features of ${project.name}'s package.json; ${expected}`,
      );
    }
    active.add(name);
    for (const other of others) activate(other, `, which "${name}" activates,`);
  };
  const usesDefault = build.no_default_features !== true && Object.hasOwn(features, DEFAULT);
  for (const name of [...(usesDefault ? [DEFAULT] : []), ...(build.features ?? [])]) {
    activate(name, "");
  }
  return [...active];
}
