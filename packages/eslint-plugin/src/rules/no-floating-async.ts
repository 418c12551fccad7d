// SPDX-License-Identifier: MPL-2.0

import ts from "typescript";
import { merge } from "../names.ts";
import { places } from "../places.ts";
import type { Ban, Node } from "../rule.ts";
import { isLibrary, isThenable, partsOf, type Types, typesOf } from "../types.ts";

export const noFloatingAsync: Ban = {
  name: "no-floating-async",
  forbids:
    "Asynchronous calls that are neither awaited nor returned, also those hidden in callbacks.",
  reason: "two tasks would run at once, and an exception of the call would be lost.",
  fix: "Put `await` before the call, or make a task of it with `TaskOptions`.",
  notes: [
    "A function that gives a promise may go only where one is expected: `list.forEach(async …)` and an async method in place of a plain one " +
      "are refused, because nobody awaits them there.",
  ],
  needsTypes: true,
  bad: [
    "async function work() {}\nexport function f() {\n  work();\n}",
    "async function work() {}\nexport function f() {\n  void work();\n}",
    "async function work() {}\nexport async function f() {\n  const later = work();\n  await later;\n}",
    "export const f = (list: readonly number[]) => list.forEach(async () => {});",
    "async function work() {}\nexport const run: () => unknown = work;",
    "interface Handler {\n  onTimer(): void;\n}\nexport class A implements Handler {\n  async onTimer() {}\n}",
    "async function work() {}\nexport const all = () => [work()];",
    "async function work() {}\nexport const run = (job: () => void = work) => job();",
    "export const run = (handler: { onTimer(): void }) => handler.onTimer();\nexport const f = () => run({ async onTimer() {} });",
    "class Late {\n  async onTimer() {}\n}\nexport const f = (late: Late): { onTimer(): void } => late;",
    "class Job {\n  get later() {\n    return this.work();\n  }\n  async work() {}\n}\nexport const f = (job: Job) => job.later === undefined;",
  ],
  good: [
    "async function work() {}\nexport async function f() {\n  await work();\n}",
    "async function work() {}\nexport const f = () => work();",
    "export const start = (body: () => void | Promise<void>) => body;\nexport const f = () => start(async () => {});",
  ],
  create(context, found) {
    const types = typesOf(context);
    if (types === undefined) return {};
    const checkCall = (node: Node): void => {
      if (isThenable(types, types.typeOf(node)) && !isTaken(node))
        found(node, "a call not awaited");
    };
    const checkFunction = (node: Node): void => {
      if (goesWhereNobodyAwaits(types, node)) found(node, "an async function as a plain one");
    };
    const byShape = places(types, (node, expected) => {
      const name = asyncByShape(types, types.typeOf(node), expected);
      if (name !== undefined) found(node, `an async \`${name}\` in place of a plain one`);
    });
    return merge(byShape, {
      CallExpression: checkCall,
      NewExpression: checkCall,
      TaggedTemplateExpression: checkCall,
      ArrowFunctionExpression: checkFunction,
      FunctionExpression: checkFunction,
      Identifier: checkFunction,
      MemberExpression(node) {
        checkFunction(node);
        // A getter or a member that is a promise.
        if (isValueOf(node)) checkCall(node);
      },
      MethodDefinition(node) {
        if (node.kind === "method" && replacesPlainMethod(types, node)) {
          found(node, "an async method in place of a plain one");
        }
      },
    });
  },
};

/** Whether a member is read for itself, and neither called, set nor looked into. */
function isValueOf(node: Node): boolean {
  const { parent } = node;
  if (parent?.type === "MemberExpression") return false;
  if (parent?.type === "CallExpression" || parent?.type === "NewExpression") {
    return parent.callee !== node;
  }
  if (parent?.type === "AssignmentExpression") return parent.right === node;
  return parent?.type !== "UnaryExpression";
}

/** The method of an object that gives a promise where its place wants none; undefined for none. */
function asyncByShape(types: Types, own: ts.Type, expected: ts.Type): string | undefined {
  const { checker } = types;
  if (own === expected || (own.flags & ts.TypeFlags.Object) === 0) return undefined;
  for (const target of partsOf(expected)) {
    if ((target.flags & ts.TypeFlags.Object) === 0 || own.symbol === target.symbol) continue;
    if (isLibrary(target.symbol?.declarations?.[0])) continue;
    for (const property of checker.getPropertiesOfType(target)) {
      const member = own.getProperty(property.name);
      if (member === undefined || member === property) continue;
      if (!givesUnawaited(types, checker.getTypeOfSymbol(property))) continue;
      if (givesPromise(types, checker.getTypeOfSymbol(member))) return property.name;
    }
  }
  return undefined;
}

/** Whether a promise is awaited or handed to the caller. */
function isTaken(node: Node): boolean {
  const { parent } = node;
  switch (parent?.type) {
    case "AwaitExpression":
    case "ReturnStatement":
      return true;
    case "ArrowFunctionExpression":
      return parent.body === node;
    case "ConditionalExpression":
      return parent.test !== node && isTaken(parent);
    case "LogicalExpression":
    case "ChainExpression":
    case "TSAsExpression":
    case "TSNonNullExpression":
    case "TSSatisfiesExpression":
      return isTaken(parent);
    case "YieldExpression":
      return parent.delegate;
    default:
      return false;
  }
}

function givesPromise(types: Types, type: ts.Type): boolean {
  return partsOf(type).some((part) =>
    part.getCallSignatures().some((s) => isThenable(types, s.getReturnType())),
  );
}

/** A call of such a function may be any value: its type is a parameter, or tells nothing. */
function givesUnawaited(types: Types, type: ts.Type): boolean {
  const signatures = partsOf(type).flatMap((part) => part.getCallSignatures());
  if (signatures.length === 0) return false;
  return !signatures.some((signature) => {
    const result = signature.getReturnType();
    return isThenable(types, result) || (result.flags & ts.TypeFlags.TypeParameter) !== 0;
  });
}

function goesWhereNobodyAwaits(types: Types, node: Node): boolean {
  const { checker, services } = types;
  const expression = services.esTreeNodeToTSNodeMap.get(node as never) as ts.Node | undefined;
  if (expression === undefined || !ts.isExpression(expression)) return false;
  if (ts.isIdentifier(expression) && !isOperand(expression)) return false;
  const expected = checker.getContextualType(expression);
  if (expected === undefined || !givesUnawaited(types, expected)) return false;
  return givesPromise(types, checker.getTypeAtLocation(expression));
}

/** Whether an identifier stands for a value that goes somewhere. */
function isOperand(node: ts.Identifier): boolean {
  const { parent } = node;
  return (
    (ts.isCallExpression(parent) && parent.expression !== node) ||
    (ts.isNewExpression(parent) && parent.expression !== node) ||
    (ts.isVariableDeclaration(parent) && parent.initializer === node) ||
    (ts.isPropertyAssignment(parent) && parent.initializer === node) ||
    (ts.isPropertyDeclaration(parent) && parent.initializer === node) ||
    (ts.isParameter(parent) && parent.initializer === node) ||
    (ts.isBindingElement(parent) && parent.initializer === node) ||
    ts.isShorthandPropertyAssignment(parent) ||
    ts.isReturnStatement(parent) ||
    ts.isArrowFunction(parent) ||
    ts.isArrayLiteralExpression(parent) ||
    ts.isConditionalExpression(parent) ||
    (ts.isBinaryExpression(parent) && parent.right === node)
  );
}

function replacesPlainMethod(types: Types, node: Node): boolean {
  const { checker, services } = types;
  const method = services.esTreeNodeToTSNodeMap.get(node as never) as ts.Node | undefined;
  if (method === undefined || !ts.isMethodDeclaration(method)) return false;
  if (!givesPromise(types, checker.getTypeAtLocation(method))) return false;
  const { parent } = method;
  if (!ts.isClassLike(parent)) return false;
  const name = method.name.getText();
  return (parent.heritageClauses ?? [])
    .flatMap((clause) => clause.types)
    .some((base) => {
      const replaced = checker.getTypeAtLocation(base).getProperty(name);
      if (replaced === undefined) return false;
      return givesUnawaited(types, checker.getTypeOfSymbolAtLocation(replaced, base));
    });
}
