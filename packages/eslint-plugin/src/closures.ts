// SPDX-License-Identifier: MPL-2.0

import ts from "typescript";
import { whyMutable } from "./immutable.ts";
import type { Types } from "./types.ts";

const DEPTH = 4;

/**
 * Why what a call at module level gives may remember: the function called makes closures over
 * variables of its own, and they live as long as the module. Undefined when it does not.
 */
export function whyRemembers(
  types: Types,
  call: ts.CallLikeExpression,
  depth: number = DEPTH,
): string | undefined {
  const declaration = types.checker.getResolvedSignature(call)?.declaration;
  if (declaration === undefined || depth === 0) return undefined;
  if (declaration.getSourceFile().isDeclarationFile) return undefined;
  if (!ts.isFunctionLike(declaration) || !("body" in declaration)) return undefined;
  const { body } = declaration;
  if (body === undefined) return undefined;
  if ("asteriskToken" in declaration && declaration.asteriskToken !== undefined) {
    return "a generator remembers where it is";
  }
  return whyBodyRemembers(types, body, body, depth);
}

function whyBodyRemembers(
  types: Types,
  body: ts.Node,
  node: ts.Node,
  depth: number,
): string | undefined {
  return ts.forEachChild(node, (child): string | undefined => {
    if (ts.isFunctionLike(child) || ts.isClassLike(child)) {
      const name = capturedState(types, body, child, child);
      return name === undefined ? undefined : `it makes a function that keeps \`${name}\``;
    }
    if (ts.isCallExpression(child) || ts.isNewExpression(child)) {
      const why = whyRemembers(types, child, depth - 1);
      if (why !== undefined) return why;
    }
    return whyBodyRemembers(types, body, child, depth);
  });
}

/** A variable of the function `body` that the function `inner` uses and that can change. */
function capturedState(
  types: Types,
  body: ts.Node,
  inner: ts.Node,
  node: ts.Node,
): string | undefined {
  return ts.forEachChild(node, (child): string | undefined => {
    if (ts.isIdentifier(child)) {
      const declared = types.checker.getSymbolAtLocation(child)?.valueDeclaration;
      if (
        declared !== undefined &&
        ts.isVariableDeclaration(declared) &&
        isWithin(declared, body) &&
        !isWithin(declared, inner) &&
        isState(types, declared)
      ) {
        return child.text;
      }
    }
    return capturedState(types, body, inner, child);
  });
}

function isState(types: Types, declared: ts.VariableDeclaration): boolean {
  const isConst = (ts.getCombinedNodeFlags(declared) & ts.NodeFlags.Const) !== 0;
  if (!isConst) return true;
  return whyMutable(types, types.checker.getTypeAtLocation(declared)) !== undefined;
}

function isWithin(node: ts.Node, outer: ts.Node): boolean {
  for (let at: ts.Node | undefined = node; at !== undefined; at = at.parent) {
    if (at === outer) return true;
  }
  return false;
}
