// SPDX-License-Identifier: MPL-2.0

/** What the page asks of its worker. */
export type Request =
  | { readonly kind: "cpu-tests" }
  | { readonly kind: "boot"; readonly jit: "off" | "on"; readonly input: string };

/** What became of a test. */
export interface TestOutcome {
  readonly name: string;
  /** Why it failed; absent where it passed. */
  readonly failure?: string;
}

/** What a guest wrote to its console until it powered off, and what the machine counted. */
export interface BootOutcome {
  readonly output: string;
  readonly exitCode: number;
  readonly milliseconds: number;
  readonly instructions: number;
  readonly instructionsCompiledCode: number;
  readonly regionsCompiled: number;
}

export type Answer =
  | { readonly kind: "cpu-tests"; readonly tests: readonly TestOutcome[] }
  | { readonly kind: "boot"; readonly outcome: BootOutcome }
  | { readonly kind: "failed"; readonly message: string };
