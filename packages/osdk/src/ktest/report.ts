// SPDX-License-Identifier: MPL-2.0

import type { PackageResult, TestResult } from "./result.ts";

/** Writes the report lines that people and scripts read. */
export class Report {
  private readonly write: (text: string) => void;
  private readonly showOutput: boolean;

  constructor(write: (text: string) => void, showOutput: boolean) {
    this.write = write;
    this.showOutput = showOutput;
  }

  begin(tests: number, packages: number): void {
    this.write(`[ktest runner] running ${tests} tests in ${packages} crates\n`);
  }

  skipPackage(name: string): void {
    this.write(`[ktest runner] skipping crate "${name}".\n`);
  }

  beginPackage(name: string, tests: number): void {
    this.write(`\nrunning ${tests} tests in crate "${name}"\n\n`);
  }

  /** One test has ended. */
  result({ test, failure, output }: TestResult): void {
    this.write(`test ${test.path} ... ${failure === undefined ? "ok" : "FAILED"}\n`);
    if (this.showOutput && output !== "") this.write(indent(output));
  }

  endPackage({ results, filteredOut }: PackageResult): void {
    const failed = results.filter(({ failure }) => failure !== undefined);
    const verdict = failed.length === 0 ? "ok" : "FAILED";
    this.write(
      `\ntest result: ${verdict}. ${results.length - failed.length} passed; ` +
        `${failed.length} failed; ${filteredOut} filtered out.\n`,
    );
    if (failed.length === 0) return;
    this.write("\nfailures:\n\n");
    for (const result of failed) this.failure(result);
  }

  private failure({ test, failure, output }: TestResult): void {
    const { file, line, column } = failure?.location ?? { file: "?", line: 0, column: 0 };
    this.write(`---- ${file}:${line}:${column} - ${test.path} ----\n\n${failure?.message ?? ""}\n`);
    if (output !== "" && !this.showOutput)
      this.write(`\nwhat the system printed:\n${indent(output)}`);
    this.write("\n");
  }
}

function indent(text: string): string {
  return text.replace(/\n?$/, "\n").replace(/^(?=.)/gm, "    ");
}
