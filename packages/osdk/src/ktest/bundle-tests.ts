// SPDX-License-Identifier: MPL-2.0

import { readdirSync } from "node:fs";
import { join } from "node:path";
import { bundleSource, type Bundle } from "../build/bundle.ts";
import type { Build } from "../manifest/schema.ts";
import type { Project } from "../project/project.ts";

const KTEST_FILE = /\.ktest\.ts$/;

/** The files of a project that register tests, in the order of their names. */
export function ktestFiles(project: Project): string[] {
  const directory = join(project.directory, "src");
  return readdirSync(directory, { recursive: true, encoding: "utf8" })
    .filter((file) => KTEST_FILE.test(file) && !file.includes("node_modules"))
    .sort()
    .map((file) => join(directory, file));
}

/** One bundle of all tests of a project. Throws `OsdkError`. */
export async function bundleTests(project: Project, build: Build): Promise<Bundle> {
  const imports = ktestFiles(project).map((file) => `import ${JSON.stringify(file)};\n`);
  return bundleSource(project, imports.join(""), {
    build,
    fileName: `${project.name}-ktest.js`,
  });
}
