// SPDX-License-Identifier: MPL-2.0

import type { ESLint, Linter, Rule } from "eslint";
import tseslint from "typescript-eslint";
import { ruleOf } from "./rule.ts";
import type { Ban } from "./rule.ts";
import { mustDispose } from "./rules/must-dispose.ts";
import { noAddressBits } from "./rules/no-address-bits.ts";
import { noAmbient } from "./rules/no-ambient.ts";
import { noAny } from "./rules/no-any.ts";
import { noCompilerDirective } from "./rules/no-compiler-directive.ts";
import { noDynamicMember } from "./rules/no-dynamic-member.ts";
import { noEval } from "./rules/no-eval.ts";
import { noFloatingAsync } from "./rules/no-floating-async.ts";
import { noGlobalMutation } from "./rules/no-global-mutation.ts";
import { noUnsafeGlobal } from "./rules/no-unsafe-global.ts";
import { noHoles } from "./rules/no-holes.ts";
import { noIntrinsicAlias } from "./rules/no-intrinsic-alias.ts";
import { noLegacy } from "./rules/no-legacy.ts";
import { noLintDirective } from "./rules/no-lint-directive.ts";
import { noModuleState } from "./rules/no-module-state.ts";
import { noNonNull } from "./rules/no-non-null.ts";
import { noOverload } from "./rules/no-overload.ts";
import { noPromise } from "./rules/no-promise.ts";
import { noPrototypeAccess } from "./rules/no-prototype-access.ts";
import { noProxy } from "./rules/no-proxy.ts";
import { noRawBuffer } from "./rules/no-raw-buffer.ts";
import { noTypeAssertion } from "./rules/no-type-assertion.ts";
import { noTypePredicate } from "./rules/no-type-predicate.ts";
import { noTypescriptRuntime } from "./rules/no-typescript-runtime.ts";
import { noUnsafeImport } from "./rules/no-unsafe-import.ts";
import { noUnsoundAlias } from "./rules/no-unsound-alias.ts";
import { noUnsoundMethod } from "./rules/no-unsound-method.ts";
import { noWith } from "./rules/no-with.ts";
import { privilegedFileName } from "./rules/privileged-file-name.ts";
import { requiresTypes } from "./rules/requires-types.ts";
import { safetyComment } from "./rules/safety-comment.ts";

export { ALLOWED_GLOBALS } from "./rules/no-unsafe-global.ts";
export { LINT_DIRECTIVE } from "./rules/no-lint-directive.ts";
export type { Ban, Example } from "./rule.ts";

/** What safe TypeScript forbids: reaching the machine, escaping the types, bending the language, losing track. */
export const BANS: readonly Ban[] = [
  noUnsafeImport,
  noUnsafeGlobal,
  noRawBuffer,
  noAny,
  noTypeAssertion,
  noNonNull,
  noTypePredicate,
  noOverload,
  noAmbient,
  noUnsoundMethod,
  noUnsoundAlias,
  noHoles,
  noCompilerDirective,
  noLintDirective,
  noEval,
  noPrototypeAccess,
  noDynamicMember,
  noIntrinsicAlias,
  noGlobalMutation,
  noProxy,
  noWith,
  noLegacy,
  noTypescriptRuntime,
  noPromise,
  noFloatingAsync,
  noModuleState,
  noAddressBits,
  mustDispose,
  requiresTypes,
];

/** What OSTD's own files have to keep to. */
export const PRIVILEGED_BANS: readonly Ban[] = [privilegedFileName, safetyComment];

const rules: Record<string, Rule.RuleModule> = Object.fromEntries(
  [...BANS, ...PRIVILEGED_BANS].map((ban) => [
    ban.name,
    // The two packages describe the same objects by different types.
    ruleOf(ban) as unknown as Rule.RuleModule,
  ]),
);

const plugin: ESLint.Plugin = { meta: { name: "@aster/eslint-plugin" }, rules };

function preset(bans: readonly Ban[]): Linter.Config {
  return {
    plugins: { "@aster": plugin },
    // Some rules ask the compiler for types.
    languageOptions: {
      parser: tseslint.parser as Linter.Parser,
      parserOptions: { projectService: true },
    },
    // No comment in a file switches a rule off.
    linterOptions: { noInlineConfig: true, reportUnusedDisableDirectives: "off" },
    rules: Object.fromEntries(bans.map((ban) => [`@aster/${ban.name}`, "error" as const])),
  };
}

/** For kernels, drivers and anything else on OSTD. */
export const safe: Linter.Config = preset(BANS);
/** For OSTD itself. */
export const privileged: Linter.Config = preset(PRIVILEGED_BANS);

plugin.configs = { safe, privileged };

export default plugin;
