// SPDX-License-Identifier: MPL-2.0

import type { Bundle } from "../build/bundle.ts";
import { targetDirectory } from "../build/target.ts";
import type { OptionValues } from "../cli/take-options.ts";
import { buildKernelImage, type KernelImage } from "../image/kernel-image.ts";
import { judge, type TestEnding } from "../ktest/judge.ts";
import type { TestCase, TestResult, TestRunner } from "../ktest/result.ts";
import type { Prepared } from "../project/prepare.ts";
import type { Project } from "../project/project.ts";
import { makeChannelDirectory, REPORT } from "./channels.ts";
import { buildDisk } from "./disk.ts";
import { QemuGuest } from "./guest.ts";
import { whileBuilding } from "./interrupt.ts";
import { checkObstacles } from "./obstacles.ts";
import { planBoot, setUpQemu, type QemuSetup } from "./plan.ts";
import { Traces } from "./traces.ts";

/** What is kept of a test's output. */
const MAX_OUTPUT_BYTES = 256 * 1024;

/** What the guest says of a test: see guest/run-ktest.ts of @aster/bare. */
interface Report {
  readonly hasReturned: boolean;
  readonly panic?: { readonly message: string; readonly stack: string };
  readonly code: number;
}

/** Kernel-mode tests of a project in QEMU: one image of all, and a boot for each. */
export class QemuTests implements TestRunner {
  private readonly project: Project;
  private readonly tests: readonly TestCase[];
  private readonly setup: QemuSetup;
  private readonly image: KernelImage;
  private readonly kernelArguments: readonly string[];

  private constructor(
    project: Project,
    tests: readonly TestCase[],
    setup: QemuSetup,
    image: KernelImage,
  ) {
    this.project = project;
    this.tests = tests;
    this.setup = setup;
    this.image = image;
    this.kernelArguments = setup.request.action.boot.kcmd_args ?? [];
  }

  /** Builds the image of a project's tests, which `bundle` registers. Throws `OsdkError`. */
  static async open(
    project: Project,
    tests: readonly TestCase[],
    bundle: Bundle,
    prepared: Prepared,
    values: OptionValues,
  ): Promise<QemuTests> {
    const { action, manifestDirectory, arch } = prepared;
    const directory = targetDirectory(project);
    const name = `${project.name}-ktest`;
    const setup = await setUpQemu({
      action,
      manifestDirectory,
      arch,
      name,
      targetDirectory: directory,
      extraArguments: values.get("qemu-args") ?? [],
    });
    checkObstacles(prepared, setup);
    const image = await whileBuilding((signal) =>
      buildKernelImage({
        name,
        directory,
        build: action.build,
        program: "ktests",
        bundle: () => Promise.resolve(bundle),
        source: bundle.file,
        projectDirectory: project.directory,
        signal,
      }),
    );
    return new QemuTests(project, tests, setup, image);
  }

  async run(
    indices: readonly number[],
    timeoutMs: number,
    onResult: (result: TestResult) => void,
  ): Promise<void> {
    for (const index of indices) {
      const test = this.tests[index];
      if (test !== undefined) onResult(await this.runOne(test, index, timeoutMs));
    }
  }

  private async runOne(test: TestCase, index: number, timeoutMs: number): Promise<TestResult> {
    const { setup, project } = this;
    const traces = new Traces(this.image.map);
    const start = performance.now();
    const channels = {
      directory: makeChannelDirectory(),
      log: true,
      console: false,
      ports: [],
      report: true,
    };
    const kernelCommandLine = [`ktest=${index}`, ...this.kernelArguments].join(" ");
    const boot = { kernelCommandLine, initramfs: undefined, channels };
    await buildDisk(setup, boot, project.directory);
    const [command = []] = planBoot(setup, boot).slice(-1);
    const printed: Uint8Array[] = [];
    let printedBytes = 0;
    const guest = await QemuGuest.start({
      command,
      channels,
      files: { stdin: false, stdout: false },
      timeoutMs,
      traces,
      onLog: (bytes) => {
        printedBytes += bytes.length;
        if (printedBytes <= MAX_OUTPUT_BYTES) printed.push(bytes);
      },
      logFile: undefined,
    });
    let said = "";
    guest.console.port(REPORT).output = (bytes) => {
      said += Buffer.from(bytes).toString("latin1");
      return true;
    };
    const end = await guest.ended;
    const ending = endingOf(said, guest, timeoutMs, traces);
    return {
      test,
      failure: judge(test, ending, project.directory),
      output:
        Buffer.concat(printed).toString("utf8") +
        (ending.panic === undefined ? (end.failure ?? "") : ""),
      durationMs: performance.now() - start,
    };
  }
}

function endingOf(
  said: string,
  { ending, hasTimedOut }: QemuGuest,
  timeoutMs: number,
  traces: Traces,
): TestEnding {
  const report = readReport(said);
  if (report !== undefined) {
    const { panic, hasReturned, code } = report;
    return {
      hasReturned,
      // Unlike V8's, the engine's stacks do not start with the message.
      panic: panic && { ...panic, stack: `\n${traces.map(panic.stack, (file) => file)}` },
      end: `the test powered the system off with code ${code}`,
    };
  }
  const none = { hasReturned: false, panic: undefined };
  if (hasTimedOut) return { ...none, end: `the test did not end within ${timeoutMs / 1000} s` };
  if (ending?.kind === "qemu-failed") return { ...none, end: ending.message };
  return { ...none, end: "the system ended without a word of the test" };
}

function readReport(said: string): Report | undefined {
  const [line = ""] = said.split("\n");
  try {
    return JSON.parse(line) as Report;
  } catch {
    return undefined;
  }
}
