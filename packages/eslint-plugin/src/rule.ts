// SPDX-License-Identifier: MPL-2.0

import type { Rule } from "eslint";

/** A ban of safe TypeScript: what it forbids, why, and what to do instead. */
export interface Ban {
  /** The rule's name, as in `@aster/NAME`. */
  readonly name: string;
  /** One sentence: what is forbidden. */
  readonly forbids: string;
  /** One sentence: what would break if it were allowed. */
  readonly reason: string;
  /** One sentence: what to write instead. */
  readonly fix: string;
  /** Options of the rule, as a JSON schema; default: none. */
  readonly schema?: NonNullable<Rule.RuleModule["meta"]>["schema"];
  readonly create: Rule.RuleModule["create"];
}

/** A report's text: the thing found, then the fix. */
export const MESSAGE = "{{what}} is not safe TypeScript: {{why}} {{fix}}";

/** Makes an ESLint rule of a ban. Reports go through `report`, so that all read alike. */
export function ruleOf(ban: Ban): Rule.RuleModule {
  return {
    meta: {
      type: "problem",
      docs: { description: ban.forbids, url: `docs/${ban.name}.md` },
      messages: { banned: MESSAGE },
      schema: ban.schema ?? [],
    },
    create: ban.create,
  };
}

/** Reports `node`: `what` names what was found. */
export function report(
  context: Rule.RuleContext,
  ban: Pick<Ban, "reason" | "fix">,
  node: Rule.Node,
  what: string,
): void {
  context.report({ node, messageId: "banned", data: { what, why: ban.reason, fix: ban.fix } });
}
