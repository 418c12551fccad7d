// SPDX-License-Identifier: MPL-2.0

import { join } from "node:path";
import type { Project } from "../project/project.ts";

/** Where builds of a project go. */
export function targetDirectory(project: Project): string {
  return join(project.directory, "target", "osdk", project.name);
}
