// SPDX-License-Identifier: MPL-2.0

import type { Rule, Scope } from "eslint";
import { report } from "../rule.ts";
import type { Ban } from "../rule.ts";

const REASON = "it reaches the host, or bends the language for everyone.";
const FIX = "Use what OSTD offers: its console, timers, tasks and memory.";

/** Names that safe code may not use as globals. */
const FORBIDDEN = new Set([
  "process",
  "Buffer",
  "global",
  "globalThis",
  "self",
  "window",
  "WebAssembly",
  "Worker",
  "SharedArrayBuffer",
  "Atomics",
  "setTimeout",
  "setInterval",
  "setImmediate",
  "clearTimeout",
  "clearInterval",
  "clearImmediate",
  "queueMicrotask",
  "fetch",
  "XMLHttpRequest",
  "WebSocket",
  "performance",
  "crypto",
  "console",
  "eval",
  "Function",
  "Proxy",
  "Reflect",
  "require",
  "module",
  "FinalizationRegistry",
  "WeakRef",
  "Promise",
  "Date",
]);

/** Members of intrinsics that reach what the names above are kept from. */
const FORBIDDEN_MEMBERS = new Set([
  "constructor",
  "__proto__",
  "__defineGetter__",
  "__defineSetter__",
  "__lookupGetter__",
  "__lookupSetter__",
  "setPrototypeOf",
  "getPrototypeOf",
  "defineProperty",
  "defineProperties",
  "then",
]);

export const noUnsafeGlobal: Ban = {
  name: "no-unsafe-global",
  forbids: "Globals of the host, code from strings, prototypes, proxies, promises and clocks.",
  reason: REASON,
  fix: FIX,
  create(context): Rule.RuleListener {
    const found = (node: Rule.Node, what: string): void =>
      report(context, { reason: REASON, fix: FIX }, node, what);
    return {
      Program(node) {
        const scope = context.sourceCode.getScope(node);
        for (const reference of globalReferences(scope)) {
          if (!FORBIDDEN.has(reference.identifier.name)) continue;
          if (isTypeOnly(reference)) continue;
          found(reference.identifier as Rule.Node, `\`${reference.identifier.name}\``);
        }
      },
      MemberExpression(node) {
        const { property } = node;
        const name =
          !node.computed && property.type === "Identifier"
            ? property.name
            : property.type === "Literal" && typeof property.value === "string"
              ? property.value
              : undefined;
        if (name === "prototype" && isAssigned(node)) found(node, "changing a prototype");
        if (name === undefined || !FORBIDDEN_MEMBERS.has(name)) return;
        found(node, `\`.${name}\``);
      },
      WithStatement: (node) => found(node, "`with`"),
    };
  },
};

function globalReferences(scope: Scope.Scope): Scope.Reference[] {
  const global = scope.type === "global" ? scope : (scope.upper ?? scope);
  return [
    ...global.through,
    ...global.variables.filter((v) => v.defs.length === 0).flatMap((v) => v.references),
  ];
}

/** A name in a type, such as `Promise<void>` of a function that OSTD awaits, does nothing by itself. */
function isTypeOnly(reference: Scope.Reference): boolean {
  const typed = reference as Scope.Reference & { readonly isTypeReference?: boolean };
  return typed.isTypeReference === true;
}

function isAssigned(node: Rule.Node): boolean {
  let child: Rule.Node = node;
  let parent = node.parent;
  while (parent !== null && parent.type === "MemberExpression" && parent.object === child) {
    child = parent;
    parent = parent.parent;
  }
  return parent !== null && parent.type === "AssignmentExpression" && parent.left === child;
}
