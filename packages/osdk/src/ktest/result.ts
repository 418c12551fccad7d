// SPDX-License-Identifier: MPL-2.0

/** Where a test, or a failure, stands in the source. */
export interface Location {
  /** Relative to the project's folder where it lies in it. */
  readonly file: string;
  /** 1-based. */
  readonly line: number;
  /** 1-based. */
  readonly column: number;
}

export interface TestCase {
  /** PACKAGE::MODULE::NAME. */
  readonly path: string;
  readonly location: Location | undefined;
  /** Whether it passes by a panic; a text has to stand in the panic's message. */
  readonly shouldPanic: boolean | string;
}

/** What was wrong with a test, in the words of the report. */
export interface TestFailure {
  readonly message: string;
  readonly location: Location | undefined;
}

export interface TestResult {
  readonly test: TestCase;
  /** Undefined when it passed. */
  readonly failure: TestFailure | undefined;
  /** What its system printed. */
  readonly output: string;
  readonly durationMs: number;
}

/** Where the tests of a package run. */
export interface TestRunner {
  /** Runs the tests of `indices`, one after the other, whatever becomes of each. */
  run(
    indices: readonly number[],
    timeoutMs: number,
    onResult: (result: TestResult) => void,
  ): Promise<void>;
}

/** The results of one package. */
export interface PackageResult {
  readonly name: string;
  readonly results: readonly TestResult[];
  /** Tests that the given name left out. */
  readonly filteredOut: number;
}
