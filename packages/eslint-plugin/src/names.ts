// SPDX-License-Identifier: MPL-2.0

import type { TSESLint, TSESTree } from "@typescript-eslint/utils";
import type { Context, Node } from "./rule.ts";

/** Names that are not declared in the file (or are there before it), with where they are used. */
export function globalReferences(context: Context): TSESLint.Scope.Reference[] {
  const scope = context.sourceCode.scopeManager?.globalScope;
  if (scope == null) return [];
  const known = scope.variables.filter(({ defs }) => defs.length === 0);
  return [...scope.through, ...known.flatMap(({ references }) => references)];
}

/** A name in a type does nothing by itself. */
export function isTypeOnly(reference: TSESLint.Scope.Reference): boolean {
  return reference.isTypeReference && !reference.isValueReference;
}

/**
 * The name that a member access, a key of a pattern or of an object names, where the text tells;
 * undefined for a private name and for what is computed.
 */
export function staticName(key: Node, isComputed: boolean): string | undefined {
  if (!isComputed && key.type === "Identifier") return key.name;
  return constantText(key);
}

/** The string that an expression is, folded: "con" + `structor` is one. */
export function constantText(node: Node): string | undefined {
  switch (node.type) {
    case "Literal":
      return typeof node.value === "string" || typeof node.value === "number"
        ? String(node.value)
        : undefined;
    case "TemplateLiteral": {
      const values = node.expressions.map((part) => constantText(part));
      if (values.includes(undefined)) return undefined;
      return node.quasis.map((q, i) => q.value.cooked + (values[i] ?? "")).join("");
    }
    case "BinaryExpression": {
      if (node.operator !== "+") return undefined;
      const [left, right] = [constantText(node.left), constantText(node.right)];
      return left === undefined || right === undefined ? undefined : left + right;
    }
    case "TSAsExpression":
    case "TSSatisfiesExpression":
    case "TSTypeAssertion":
    case "TSNonNullExpression":
      return constantText(node.expression);
    default:
      return undefined;
  }
}

/** Parentheses leave no trace; `a as b`, `a!` and `a satisfies b` do: the expression below. */
export function unwrap(node: TSESTree.Expression): TSESTree.Expression {
  switch (node.type) {
    case "TSAsExpression":
    case "TSSatisfiesExpression":
    case "TSTypeAssertion":
    case "TSNonNullExpression":
      return unwrap(node.expression);
    case "ChainExpression":
      return unwrap(node.expression);
    default:
      return node;
  }
}

/** What an access stands on: `a` of `a.b.c[0]`. */
export function rootOf(node: TSESTree.Expression): TSESTree.Expression {
  const inner = unwrap(node);
  return inner.type === "MemberExpression" ? rootOf(inner.object) : inner;
}

/** Whether the node stands outside every function and class. */
export function isAtModuleLevel(node: Node): boolean {
  for (let at: Node | null | undefined = node.parent; at != null; at = at.parent) {
    switch (at.type) {
      case "FunctionDeclaration":
      case "FunctionExpression":
      case "ArrowFunctionExpression":
      case "ClassBody":
        return false;
      default:
    }
  }
  return true;
}

/** Runs `check` on each place where a value is changed: assignments, `++`, `delete`, loops' heads. */
export function changes(check: (target: TSESTree.Node) => void): TSESLint.RuleListener {
  const each = (target: TSESTree.Node | null): void => {
    if (target === null) return;
    switch (target.type) {
      case "ArrayPattern":
        target.elements.forEach(each);
        return;
      case "ObjectPattern":
        target.properties.forEach((p) => each(p.type === "Property" ? p.value : p.argument));
        return;
      case "AssignmentPattern":
        each(target.left);
        return;
      case "RestElement":
        each(target.argument);
        return;
      default:
        check(target);
    }
  };
  return {
    AssignmentExpression: (node) => each(node.left),
    UpdateExpression: (node) => each(node.argument),
    UnaryExpression(node) {
      if (node.operator === "delete") each(node.argument);
    },
    ForInStatement(node) {
      if (node.left.type !== "VariableDeclaration") each(node.left);
    },
    ForOfStatement(node) {
      if (node.left.type !== "VariableDeclaration") each(node.left);
    },
  };
}

/** One listener of several; each selector calls all of its handlers. */
export function merge(...listeners: readonly TSESLint.RuleListener[]): TSESLint.RuleListener {
  const merged: Record<string, (node: never) => void> = {};
  for (const listener of listeners) {
    for (const [selector, handler] of Object.entries(listener)) {
      if (handler === undefined) continue;
      const call = handler as (node: never) => void;
      const before = merged[selector];
      merged[selector] =
        before === undefined
          ? call
          : (node) => {
              before(node);
              call(node);
            };
    }
  }
  return merged;
}
