// SPDX-License-Identifier: MPL-2.0

// Every attempt to evade safe TypeScript against the linter, the compiler, the bundler and the compartment.

import { spawnSync } from "node:child_process";
import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { bundleKernel } from "../../packages/osdk/dist/build/bundle.js";
import { compilerErrors, lintProblems, programOf } from "./layers.mjs";
import { writePage } from "./page.mjs";
import { readOptions } from "../../tools/command-line/options.mjs";

const ATTEMPTS = fileURLToPath(new URL("attempts/", import.meta.url));
const PAGE = fileURLToPath(new URL("../../docs/evasions.md", import.meta.url));
const CONFINE = fileURLToPath(new URL("confine.mjs", import.meta.url));

/** Groups in the page's order. */
const GROUPS = ["host", "code", "language", "types", "ostd", "paths"];

function findAttempts() {
  return GROUPS.flatMap((group) =>
    readdirSync(join(ATTEMPTS, group))
      .sort()
      .map((entry) => {
        const isFolder = !entry.endsWith(".ts");
        const file = join(ATTEMPTS, group, entry, ...(isFolder ? ["main.ts"] : []));
        const name = `${group}/${entry.replace(/\.ts$/, "")}`;
        const text = readFileSync(file, "utf8");
        const [, what] = /^\/\/ (?!SPDX)(.*)/m.exec(text) ?? [];
        const [, holds] = /^\/\/ Harmless: (.*)/m.exec(text) ?? [];
        return { name, group, file, what, holds };
      }),
  );
}

/** Symbolic links of an attempt are made for the time of its run; the made ones. */
function makeLinks(file) {
  const list = join(dirname(file), "links.json");
  if (!file.endsWith("/main.ts") || !existsSync(list)) return [];
  return Object.entries(JSON.parse(readFileSync(list, "utf8"))).map(([link, target]) => {
    const path = join(dirname(file), link);
    rmSync(path, { force: true });
    symlinkSync(target, path);
    return path;
  });
}

/** The bundle's file, or why there is none. */
async function bundle({ name, file }, outputDirectory) {
  const project = {
    name: name.replace("/", "-"),
    directory: dirname(file),
    entry: file,
    packageJson: { osdk: { features: {} } },
  };
  try {
    return { bundle: resolve((await bundleKernel(project, { build: {}, outputDirectory })).file) };
  } catch (error) {
    const [, reason] = /ERROR\] (.*)/.exec(error.message) ?? [];
    return { refused: (reason ?? error.message).replace(/ \[plugin .*\]/, "") };
  }
}

async function run(attempts) {
  const folder = mkdtempSync(join(tmpdir(), "aster-evasions-"));
  const results = new Map();
  try {
    for (const attempt of attempts) {
      const links = makeLinks(attempt.file);
      try {
        const program = programOf(attempt.file);
        results.set(attempt.name, {
          ...attempt,
          lint: lintProblems(program, attempt.file),
          compiler: compilerErrors(program, attempt.file),
          build: await bundle(attempt, folder),
        });
      } finally {
        for (const link of links) rmSync(link);
      }
    }
    const built = [...results.values()].filter((r) => r.build.bundle !== undefined);
    const given = built.map((r) => `${r.name}=${r.build.bundle}`);
    const { stdout, stderr, status } = spawnSync(process.execPath, [CONFINE, ...given], {
      encoding: "utf8",
    });
    for (const line of stdout.split("\n").filter((l) => l !== "")) {
      const { name, refused, power } = JSON.parse(line);
      results.get(name).compartment = { refused, power };
    }
    if (status !== 0) throw new Error(`the attempts' process failed: ${stderr}`);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  return [...results.values()];
}

/** What is wrong with an attempt's outcome; undefined when it was caught and gained nothing. */
function faultOf({ lint, compiler, build, compartment, holds }) {
  if (compartment?.power !== undefined) return `it gained ${compartment.power}`;
  if (compartment === undefined && build.refused === undefined) return "it was not run";
  const isCaught = lint.length > 0 || compiler.length > 0 || build.refused !== undefined;
  if (isCaught || compartment?.refused !== undefined) return undefined;
  if (holds === undefined) return "nothing caught it, and it does not say why it is harmless";
  return undefined;
}

const { values } = readOptions({
  help: `Usage: node test/evasions/main.mjs [--check | --only NAME]

Runs every attempt to evade safe TypeScript, and writes docs/evasions.md with what came of each. Fails where
an attempt is caught by nothing, or gains anything when it runs all the same.

  --check      compares the page instead
  --only NAME  runs those whose names contain NAME, and prints what they came to
  --help       prints this text
`,
  options: { check: { type: "boolean", default: false }, only: { type: "string" } },
});
const attempts = findAttempts().filter(({ name }) => name.includes(values.only ?? ""));
const results = await run(attempts);
let failed = false;
for (const result of results) {
  const fault = faultOf(result);
  if (values.only !== undefined) process.stdout.write(`${JSON.stringify(result, undefined, 2)}\n`);
  if (fault === undefined) continue;
  failed = true;
  process.stderr.write(`${result.name}: ${fault}\n`);
}
if (values.only === undefined) {
  const page = writePage(GROUPS, results);
  if (!values.check) writeFileSync(PAGE, page);
  else if (readFileSync(PAGE, "utf8") !== page) {
    failed = true;
    process.stderr.write("docs/evasions.md is not true; run: node test/evasions/main.mjs\n");
  }
}
process.stdout.write(`${results.length} attempts\n`);
process.exitCode = failed ? 1 : 0;
