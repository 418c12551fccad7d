// SPDX-License-Identifier: MPL-2.0

import type { JSONSchema, TSESLint, TSESTree } from "@typescript-eslint/utils";

export type Listener = TSESLint.RuleListener;
export type Context = TSESLint.RuleContext<"banned", readonly unknown[]>;
export type Node = TSESTree.Node;

/** An example: its code; the file's name where the ban looks at it, and how often it is reported. */
export type Example =
  | string
  | { readonly code: string; readonly file?: string; readonly errors?: number };

/** A ban of safe TypeScript: what it forbids, why, and what to do instead. */
export interface Ban {
  /** The rule's name, as in `@aster/NAME`. */
  readonly name: string;
  /** One sentence: what is forbidden. */
  readonly forbids: string;
  /** The end of a sentence that starts with the thing found: what would break if it were allowed. */
  readonly reason: string;
  /** One sentence: what to write instead. */
  readonly fix: string;
  /** More to know, as paragraphs of the rule's page. */
  readonly notes?: readonly string[];
  /** Programs that the rule reports; its page shows them, its test runs them. */
  readonly bad: readonly Example[];
  /** Programs that it accepts. */
  readonly good: readonly Example[];
  /** The rule finds nothing, or less, without the compiler's types. */
  readonly needsTypes?: boolean;
  /** Options of the rule, as a JSON schema; default: none. */
  readonly schema?: readonly JSONSchema.JSONSchema4[];
  readonly create: (context: Context, found: Report) => Listener;
}

/** Reports a node (or a place): `what` names what was found; another reason or fix fits it better. */
export type Report = (
  node: Node | TSESTree.Token | { readonly loc: TSESTree.SourceLocation },
  what: string,
  other?: { readonly reason?: string; readonly fix?: string },
) => void;

/** A report's text: the thing found, the reason, then the fix. */
export const MESSAGE = "{{what}} is not safe TypeScript: {{why}} {{fix}}";

/** Where the rules' pages stand, seen from the repository. */
export const PAGES = "docs/lint";

/** Makes an ESLint rule of a ban. */
export function ruleOf(ban: Ban): TSESLint.RuleModule<"banned"> {
  return {
    meta: {
      type: "problem",
      docs: { description: ban.forbids, url: `${PAGES}/${ban.name}.md` },
      messages: { banned: MESSAGE },
      schema: [...(ban.schema ?? [])],
    },
    defaultOptions: [],
    create: (context) => ban.create(context, reporter(context, ban)),
  };
}

function reporter(context: Context, ban: Ban): Report {
  return (node, what, other = {}) => {
    context.report({
      loc: node.loc,
      messageId: "banned",
      data: { what, why: other.reason ?? ban.reason, fix: other.fix ?? ban.fix },
    });
  };
}
