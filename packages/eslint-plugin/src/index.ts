// SPDX-License-Identifier: MPL-2.0

import type { ESLint, Linter, Rule } from "eslint";
import { ruleOf } from "./rule.ts";
import type { Ban } from "./rule.ts";
import { noModuleState } from "./rules/no-module-state.ts";
import { noTypeEscape } from "./rules/no-type-escape.ts";
import { noUnsafeGlobal } from "./rules/no-unsafe-global.ts";
import { noUnsafeImport } from "./rules/no-unsafe-import.ts";
import { privilegedFileName } from "./rules/privileged-file-name.ts";

/** What safe TypeScript forbids. */
export const BANS: readonly Ban[] = [noUnsafeImport, noTypeEscape, noUnsafeGlobal, noModuleState];
const PRIVILEGED_BANS: readonly Ban[] = [privilegedFileName];

const rules: Record<string, Rule.RuleModule> = Object.fromEntries(
  [...BANS, ...PRIVILEGED_BANS].map((ban) => [ban.name, ruleOf(ban)]),
);

const plugin: ESLint.Plugin = { meta: { name: "@aster/eslint-plugin" }, rules };

function preset(bans: readonly Ban[]): Linter.Config {
  return {
    plugins: { "@aster": plugin },
    rules: Object.fromEntries(bans.map((ban) => [`@aster/${ban.name}`, "error" as const])),
  };
}

/** For kernels, drivers and anything else on OSTD. */
export const safe: Linter.Config = preset(BANS);
/** For OSTD itself. */
export const privileged: Linter.Config = preset(PRIVILEGED_BANS);

plugin.configs = { safe, privileged };

export default plugin;
