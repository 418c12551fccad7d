// SPDX-License-Identifier: MPL-2.0

import ts from "typescript";
import type { Types } from "./types.ts";

const OSTD = /\/ostd\/(?:src|dist)\/|@aster\/ostd\//;
const DEPTH = 5;

/** The function, method or constructor that a call runs, where the compiler knows. */
function calleeOf(
  { checker }: Types,
  call: ts.CallLikeExpression,
): ts.SignatureDeclaration | undefined {
  const declaration = checker.getResolvedSignature(call)?.declaration;
  return declaration === undefined || ts.isJSDocSignature(declaration) ? undefined : declaration;
}

/** Whether OSTD's own code is called, which borrows what it is given and gives what is the caller's. */
export function isOstdCall(types: Types, call: ts.CallLikeExpression): boolean {
  const file = calleeOf(types, call)?.getSourceFile().fileName;
  return file !== undefined && OSTD.test(file);
}

/**
 * Whether a call gives a handle that is the caller's to end: OSTD made it, or a function that
 * returns what it made and keeps it nowhere. What a function looks up it lends.
 */
export function givesFresh(types: Types, node: ts.Node, depth: number = DEPTH): boolean {
  if (depth === 0) return false;
  if (ts.isNewExpression(node)) return true;
  if (ts.isCallExpression(node)) {
    if (isOstdCall(types, node)) return true;
    const callee = calleeOf(types, node);
    if (callee === undefined || !("body" in callee) || callee.body === undefined) return false;
    return returnsFresh(types, callee.body, depth - 1);
  }
  if (ts.isParenthesizedExpression(node) || ts.isAwaitExpression(node)) {
    return givesFresh(types, node.expression, depth);
  }
  if (ts.isConditionalExpression(node)) {
    return givesFresh(types, node.whenTrue, depth) || givesFresh(types, node.whenFalse, depth);
  }
  if (ts.isBinaryExpression(node)) {
    return givesFresh(types, node.left, depth) || givesFresh(types, node.right, depth);
  }
  if (ts.isIdentifier(node)) {
    const declared = types.checker.getSymbolAtLocation(node)?.valueDeclaration;
    return (
      declared !== undefined &&
      ts.isVariableDeclaration(declared) &&
      declared.initializer !== undefined &&
      givesFresh(types, declared.initializer, depth - 1) &&
      !isKept(types, declared)
    );
  }
  return false;
}

function returnsFresh(types: Types, body: ts.Node, depth: number): boolean {
  if (!ts.isBlock(body)) return givesFresh(types, body, depth);
  const visit = (node: ts.Node): boolean => {
    if (ts.isFunctionLike(node) || ts.isClassLike(node)) return false;
    if (ts.isReturnStatement(node)) {
      return node.expression !== undefined && givesFresh(types, node.expression, depth);
    }
    return ts.forEachChild(node, visit) ?? false;
  };
  return visit(body);
}

/** Whether the function also puts the variable's value somewhere: then it lends what it returns. */
function isKept(types: Types, declared: ts.VariableDeclaration): boolean {
  const symbol = types.checker.getSymbolAtLocation(declared.name);
  let scope: ts.Node = declared;
  while (!ts.isFunctionLike(scope) && !ts.isSourceFile(scope)) scope = scope.parent;
  const visit = (node: ts.Node): boolean => {
    if (ts.isIdentifier(node) && types.checker.getSymbolAtLocation(node) === symbol) {
      const { parent } = node;
      if (ts.isCallExpression(parent) && parent.arguments.includes(node)) {
        return !isOstdCall(types, parent);
      }
      return (
        ts.isBinaryExpression(parent) &&
        parent.right === node &&
        ts.isPropertyAccessExpression(parent.left)
      );
    }
    return ts.forEachChild(node, visit) ?? false;
  };
  return visit(scope);
}
