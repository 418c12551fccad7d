// SPDX-License-Identifier: MPL-2.0

import { isBuiltin } from "node:module";
import type { Rule } from "eslint";
import { report } from "../rule.ts";
import type { Ban } from "../rule.ts";

const REASON = "it reaches the machine past OSTD's checks.";
const FIX = 'Import from "@aster/ostd", or from a file of the same package.';

/** Registers kernel-mode tests, which stand in files called `*.ktest.ts`. */
const KTEST = "@aster/ostd/ktest";

/** Options of the rule. */
interface Options {
  /** Libraries that are safe TypeScript themselves, such as members of the same workspace. */
  readonly packages?: readonly string[];
}

export const noUnsafeImport: Ban = {
  name: "no-unsafe-import",
  forbids: "Importing anything but @aster/ostd's public entry and files of the same package.",
  reason: REASON,
  fix: FIX,
  schema: [
    {
      type: "object",
      properties: { packages: { type: "array", items: { type: "string" } } },
      additionalProperties: false,
    },
  ],
  create(context): Rule.RuleListener {
    const { packages = [] } = (context.options[0] ?? {}) as Options;
    const allowed = new Set(packages);
    if (/\.ktest\.ts$/.test(context.filename)) allowed.add(KTEST);
    const check = (node: Rule.Node, source: unknown): void => {
      const found = typeof source === "string" ? source : undefined;
      if (found !== undefined && (isSafe(found) || allowed.has(found))) return;
      const what = found === undefined ? "a computed import" : `importing "${found}"`;
      report(context, { reason: REASON, fix: FIX }, node, what);
    };
    return {
      ImportDeclaration: (node) => check(node, node.source.value),
      ExportNamedDeclaration(node) {
        if (node.source != null) check(node, node.source.value);
      },
      ExportAllDeclaration: (node) => check(node, node.source.value),
      ImportExpression: (node) => check(node, undefined),
      MetaProperty(node) {
        if (node.meta.name === "import") {
          report(context, { reason: REASON, fix: FIX }, node, "import.meta");
        }
      },
      CallExpression(node) {
        if (node.callee.type === "Identifier" && node.callee.name === "require") {
          report(context, { reason: REASON, fix: FIX }, node, "require()");
        }
      },
    };
  },
};

function isSafe(source: string): boolean {
  if (source === "@aster/ostd") return true;
  if (!source.startsWith("./") && !source.startsWith("../")) return false;
  const reachesOtherPackage = /(^|\/)(packages|node_modules)\//.test(source);
  return !reachesOtherPackage && !isBuiltin(source) && !/\.unsafe(\.[jt]s)?$/.test(source);
}
