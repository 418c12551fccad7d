// SPDX-License-Identifier: MPL-2.0

import { dirname } from "node:path";
import { timeoutOf } from "../cli/seconds.ts";
import type { OptionValues } from "../cli/take-options.ts";
import { OsdkError } from "../errors.ts";
import { ExitCode } from "../exit-codes.ts";
import { makeFolder, replaceFile } from "../files.ts";
import { bundleTests } from "../ktest/bundle-tests.ts";
import { junitReport } from "../ktest/junit.ts";
import { Report } from "../ktest/report.ts";
import type { PackageResult, TestResult, TestRunner } from "../ktest/result.ts";
import { PackageTests } from "../ktest/run-package.ts";
import { tapReport } from "../ktest/tap.ts";
import { prepare, type Prepared } from "../project/prepare.ts";
import type { Project } from "../project/project.ts";

const DEFAULT_TIMEOUT_MS = 60_000;

interface Loaded {
  readonly project: Project;
  readonly bundle: string;
  readonly tests: PackageTests;
  readonly runner: TestRunner;
  readonly chosen: readonly number[];
}

/**
 * `osdk test [NAME]`: runs the kernel-mode tests whose names contain NAME, each on a system of its
 * own; the exit code is 1 when one failed. Throws `OsdkError`.
 */
export async function test(name: string | undefined, values: OptionValues): Promise<number> {
  const timeoutMs = timeoutOf(values) ?? DEFAULT_TIMEOUT_MS;
  const prepared = await prepare("test", values, process.cwd());
  checkCoverage(prepared, values);
  const { projects } = prepared.place;
  if (projects.length === 0) {
    throw new OsdkError(ExitCode.PROJECT, "there is no project here; `osdk new NAME` makes one");
  }
  const toStandardOutput = values.get("tap")?.[0] === "-";
  const write = (text: string): void => {
    (toStandardOutput ? process.stderr : process.stdout).write(text);
  };
  const report = new Report(write, values.has("show-output"));
  const loaded: Loaded[] = [];
  try {
    for (const project of projects) {
      loaded.push(await load(project, name, prepared, values));
    }
    const results = await runAll(loaded, timeoutMs, report);
    writeReports(results, values);
    if (values.has("coverage")) await reportCoverage(loaded, prepared, write);
    const hasFailure = results.some((one) => one.results.some(({ failure }) => failure));
    return hasFailure ? ExitCode.FAILURE : ExitCode.SUCCESS;
  } finally {
    await Promise.all(loaded.map(({ tests }) => tests.close()));
  }
}

/** Coverage is V8's: there is none where another engine runs the tests. */
function checkCoverage({ action }: Prepared, values: OptionValues): void {
  const { method = "builtin" } = action.boot;
  if (method === "builtin" || !values.has("coverage")) return;
  throw new OsdkError(
    ExitCode.USAGE,
    `--coverage measures on the built-in machine alone, and boot.method is "${method}"`,
  );
}

async function load(
  project: Project,
  name: string | undefined,
  prepared: Prepared,
  values: OptionValues,
): Promise<Loaded> {
  const { action } = prepared;
  const bundle = await bundleTests(project, action.build);
  const tests = await PackageTests.load({
    bundle: bundle.file,
    packageName: project.name,
    directory: project.directory,
    kernelCommandLine: (action.boot.kcmd_args ?? []).join(" "),
    coverage: values.has("coverage"),
  });
  const indices = tests.tests.map((_test, index) => index);
  const chosen = indices.filter((index) => tests.tests[index]?.path.includes(name ?? "") === true);
  let runner: TestRunner = tests;
  if ((action.boot.method ?? "builtin") !== "builtin" && chosen.length > 0) {
    const { QemuTests } = await import("../qemu/kernel-tests.ts");
    try {
      runner = await QemuTests.open(project, tests.tests, bundle, prepared, values);
    } catch (error) {
      await tests.close();
      throw error;
    }
  }
  return { project, bundle: bundle.file, tests, runner, chosen };
}

async function runAll(
  loaded: readonly Loaded[],
  timeoutMs: number,
  report: Report,
): Promise<PackageResult[]> {
  const running = loaded.filter(({ chosen }) => chosen.length > 0);
  const total = running.reduce((sum, { chosen }) => sum + chosen.length, 0);
  report.begin(total, running.length);
  const packages: PackageResult[] = [];
  for (const { project, tests, runner, chosen } of loaded) {
    if (chosen.length === 0 && loaded.length > 1) {
      report.skipPackage(project.name);
      continue;
    }
    report.beginPackage(project.name, chosen.length);
    const results: TestResult[] = [];
    await runner.run(chosen, timeoutMs, (result) => {
      results.push(result);
      report.result(result);
    });
    const filteredOut = tests.tests.length - chosen.length;
    const outcome = { name: project.name, results, filteredOut };
    report.endPackage(outcome);
    packages.push(outcome);
  }
  return packages;
}

function writeReports(results: readonly PackageResult[], values: OptionValues): void {
  const write = (file: string, text: string): void => {
    makeFolder(dirname(file));
    replaceFile(file, text);
  };
  const [junit, tap] = [values.get("junit")?.[0], values.get("tap")?.[0]];
  if (junit !== undefined) write(junit, junitReport(results));
  if (tap === "-") process.stdout.write(tapReport(results));
  else if (tap !== undefined) write(tap, tapReport(results));
}

async function reportCoverage(
  loaded: readonly Loaded[],
  { place }: Prepared,
  write: (text: string) => void,
): Promise<void> {
  const { writeCoverage } = await import("../ktest/coverage.ts");
  const directory = place.workspace?.directory ?? loaded[0]?.project.directory ?? process.cwd();
  const bundles = loaded.map(({ bundle, tests }) => ({ bundle, coverage: tests.coverage }));
  write(writeCoverage(bundles, directory));
}
