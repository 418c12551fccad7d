// SPDX-License-Identifier: MPL-2.0

import type { TSESLint } from "@typescript-eslint/utils";
import ts from "typescript";
import type { Node } from "./rule.ts";
import type { Types } from "./types.ts";

/** The compiler's node for an expression; undefined for what is none. */
export function expressionOf(types: Types, node: Node): ts.Expression | undefined {
  const found = types.services.esTreeNodeToTSNodeMap.get(node as never) as ts.Node | undefined;
  return found !== undefined && ts.isExpression(found) ? found : undefined;
}

/**
 * Calls `visit` with each value that goes to a place with a type of its own, and that type: variables,
 * assignments, arguments, defaults, members, elements, and what functions return or yield. Conditions,
 * `??` and the like are looked through.
 */
export function places(
  types: Types,
  visit: (node: Node, expected: ts.Type) => void,
): TSESLint.RuleListener {
  const go = (node: Node, expected: ts.Type): void => {
    switch (node.type) {
      case "ConditionalExpression":
        go(node.consequent, expected);
        go(node.alternate, expected);
        return;
      case "LogicalExpression":
        go(node.left, expected);
        go(node.right, expected);
        return;
      case "AssignmentExpression":
        go(node.right, expected);
        return;
      case "SequenceExpression":
        node.expressions.slice(-1).forEach((last) => go(last, expected));
        return;
      case "TSSatisfiesExpression":
        go(node.expression, expected);
        return;
      case "Literal":
      case "TemplateLiteral":
        return;
      default:
        visit(node, expected);
    }
  };
  const check = (node: Node | null | undefined): void => {
    if (node == null || node.type === "Literal") return;
    const expression = expressionOf(types, node);
    if (expression === undefined) return;
    const expected = types.checker.getContextualType(expression);
    if (expected !== undefined) go(node, expected);
  };
  return {
    VariableDeclarator(node) {
      // Without a type of its own the variable is what it gets, and a pattern only reads.
      if (node.id.typeAnnotation !== undefined) check(node.init);
    },
    AssignmentExpression: (node) => check(node.right),
    AssignmentPattern: (node) => check(node.right),
    ReturnStatement: (node) => check(node.argument),
    YieldExpression: (node) => check(node.argument),
    ArrowFunctionExpression: (node) => check(node.body),
    CallExpression: (node) => node.arguments.forEach(check),
    NewExpression: (node) => node.arguments.forEach(check),
    PropertyDefinition: (node) => check(node.value),
    ArrayExpression: (node) => node.elements.forEach(check),
    "ObjectExpression > Property"(node: Node) {
      if (node.type === "Property") check(node.value);
    },
  };
}
