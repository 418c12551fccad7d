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

/** The results of one package. */
export interface PackageResult {
  readonly name: string;
  readonly results: readonly TestResult[];
  /** Tests that the given name left out. */
  readonly filteredOut: number;
}
