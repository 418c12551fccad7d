// SPDX-License-Identifier: MPL-2.0

import type { TSESLint, TSESTree } from "@typescript-eslint/utils";
import type ts from "typescript";
import { givesFresh, isOstdCall } from "../fresh.ts";
import type { Ban, Context, Node } from "../rule.ts";
import { isLibrary, partsOf, typesOf, type Types } from "../types.ts";

export const mustDispose: Ban = {
  name: "must-dispose",
  forbids: "Handles that nobody ends: neither bound by `using`, nor returned, nor owned.",
  reason: "nothing ends it: resources end by ownership, never by garbage collection.",
  fix: "Bind it with `using`, return it, or put it into the object that owns and drops it.",
  notes: [
    "A handle is what has `Symbol.dispose`: frames, segments, address spaces, guards, device registers, interrupt lines. The one who makes it owns it: what OSTD gives, and what a function returns " +
      "that made it and kept it nowhere. What a function looks up is lent. " +
      "Owned is what goes into a member, an array, a collection, or a function or constructor of the project's own, which then answers for it.",
    "What only the order of a program's steps tells is not found: a handle that is owned on one way and left on another, a variable that gets a second one, an owner that forgets.",
    "OSTD's functions borrow: what is given to them stays the caller's. `drop()` by hand is for owners that keep a handle in a member.",
  ],
  needsTypes: true,
  bad: [
    'import { disablePreempt } from "@aster/ostd";\nexport function f() {\n  disablePreempt();\n}',
    'import { FrameAllocOptions } from "@aster/ostd";\nexport function f() {\n  const frame = new FrameAllocOptions().allocFrame();\n  return frame?.paddr;\n}',
    'import { FrameAllocOptions } from "@aster/ostd";\nexport function f() {\n  const frame = new FrameAllocOptions().allocFrame();\n  frame?.drop();\n}',
    'import { VmSpace } from "@aster/ostd";\nexport const f = () => VmSpace.create() === undefined;',
    'import { type Mutex } from "@aster/ostd";\nexport const f = async (lock: Mutex<number>) => {\n  const guard = await lock.lock();\n  return guard.value;\n};',
    'import { type Mutex } from "@aster/ostd";\nexport const f = async (lock: Mutex<number>) => (await lock.lock()).value;',
    'import { type USegment } from "@aster/ostd";\nexport function f(segment: USegment) {\n  for (const frame of segment.frames()) frame.fill(0);\n}',
    'import { type Cursor } from "@aster/ostd";\nexport const f = (cursor: Cursor) => cursor.query()?.address;',
  ],
  good: [
    'import { type Mutex } from "@aster/ostd";\nexport const f = async (lock: Mutex<number>) => {\n  using guard = await lock.lock();\n  return guard.value;\n};',
    'import { type USegment } from "@aster/ostd";\nexport function f(segment: USegment) {\n  for (using frame of segment.frames()) frame.fill(0);\n}',
    'import { type Cursor } from "@aster/ostd";\nexport const f = (cursor: Cursor) => {\n  const page = cursor.query();\n  using frame = page?.frame;\n  return frame?.paddr;\n};',
    'import { disablePreempt } from "@aster/ostd";\nexport function f() {\n  using guard = disablePreempt();\n  return guard.isHeld;\n}',
    'import { FrameAllocOptions } from "@aster/ostd";\nexport function f() {\n  using frame = new FrameAllocOptions().allocFrame();\n  return frame?.paddr;\n}',
    'import { VmSpace } from "@aster/ostd";\nexport const make = () => VmSpace.create();',
    'import { VmSpace } from "@aster/ostd";\nexport class Process {\n  private space = VmSpace.create();\n  end() {\n    this.space?.drop();\n  }\n}',
    'import { VmSpace } from "@aster/ostd";\nexport function make() {\n  const space = VmSpace.create();\n  if (space === undefined) return undefined;\n  return { space };\n}',
  ],
  create(context, found) {
    const types = typesOf(context);
    if (types === undefined) return {};
    const check = (node: TSESTree.CallExpression | TSESTree.NewExpression): void => {
      if (!isDisposable(types, types.typeOf(node))) return;
      if (!givesFresh(types, types.services.esTreeNodeToTSNodeMap.get(node) as ts.Node)) return;
      const fate = fateOf(types, context, node);
      if (fate !== undefined) found(node, `a handle ${fate}`);
    };
    return {
      CallExpression(node) {
        check(node);
        checkHolder(node);
      },
      NewExpression: check,
      AwaitExpression(node) {
        // A lock's guard comes by a promise.
        if (!isDisposable(types, types.typeOf(node))) return;
        if (!givesFresh(types, tsNodeOf(types, node.argument))) return;
        const fate = fateOf(types, context, node);
        if (fate !== undefined) found(node, `a handle ${fate}`);
      },
      ForOfStatement(node) {
        const { left, right } = node;
        if (left.type !== "VariableDeclaration" || left.kind === "using") return;
        const [declared] = left.declarations;
        if (declared?.id.type !== "Identifier" || right.type !== "CallExpression") return;
        if (!isOstdCall(types, tsNodeOf(types, right) as ts.CallExpression)) return;
        if (!isDisposable(types, types.typeOf(declared.id))) return;
        const fate = fateOfVariable(types, context, declared.id);
        if (fate !== undefined) found(left, `a handle ${fate}`);
      },
    };

    /** A call of OSTD's that gives an object with a handle in it, such as a mapped page. */
    function checkHolder(node: TSESTree.CallExpression): void {
      if (types === undefined || !isOstdCall(types, tsNodeOf(types, node) as ts.CallExpression))
        return;
      const member = handleIn(types, types.typeOf(node));
      if (member === undefined || takesMember(context, node, member)) return;
      found(node, `a handle in \`${member}\` that nobody takes`);
    }
  },
};

function tsNodeOf({ services }: Types, node: Node): ts.Node {
  return services.esTreeNodeToTSNodeMap.get(node as never) as ts.Node;
}

/** The member of OSTD's own that is a handle in an object that is none itself. */
function handleIn(types: Types, type: ts.Type): string | undefined {
  if (isDisposable(types, type)) return undefined;
  for (const part of partsOf(type)) {
    for (const property of types.checker.getPropertiesOfType(part)) {
      const [declared] = property.declarations ?? [];
      if (property.name !== "frame" || declared === undefined) continue;
      if (isDisposable(types, types.checker.getTypeOfSymbol(property))) return property.name;
    }
  }
  return undefined;
}

/** Whether the value goes on whole, or its member is taken out: at once, or of the variable it goes to. */
function takesMember(context: Context, node: Node, member: string): boolean {
  const { parent } = node;
  switch (parent?.type) {
    case "MemberExpression":
      return parent.property.type === "Identifier" && parent.property.name === member;
    case "ChainExpression":
    case "AwaitExpression":
    case "LogicalExpression":
    case "ConditionalExpression":
      return takesMember(context, parent, member);
    case "ExpressionStatement":
    case "BinaryExpression":
    case "UnaryExpression":
      return false;
    case "AssignmentExpression":
    case "VariableDeclarator": {
      const target = parent.type === "VariableDeclarator" ? parent.id : parent.left;
      if (target.type === "ObjectPattern") {
        return target.properties.some(
          (p) => p.type !== "Property" || (p.key.type === "Identifier" && p.key.name === member),
        );
      }
      if (target.type !== "Identifier") return true;
      let scope: TSESLint.Scope.Scope | null = context.sourceCode.getScope(target);
      while (scope !== null && !scope.set.has(target.name)) scope = scope.upper;
      const uses = scope?.set.get(target.name)?.references ?? [];
      return uses.some(({ identifier }) => {
        if (identifier === target || identifier.parent === undefined) return false;
        const use = identifier.parent;
        return use.type === "MemberExpression" || use.type === "BinaryExpression"
          ? use.type === "MemberExpression" &&
              use.property.type === "Identifier" &&
              use.property.name === member
          : use.type !== "UnaryExpression";
      });
    }
    default:
      return true;
  }
}

function isDisposable({ checker }: Types, type: ts.Type): boolean {
  return partsOf(type).some((part) =>
    checker.getPropertiesOfType(part).some(({ escapedName, declarations = [] }) => {
      if (!String(escapedName).startsWith("__@dispose")) return false;
      // The library's iterators have one too.
      return !declarations.every(isLibrary);
    }),
  );
}

/** What is wrong with the place that an expression's value goes to; undefined when it has an owner. */
function fateOf(types: Types, context: Context, node: Node): string | undefined {
  const { parent } = node;
  switch (parent?.type) {
    case "ReturnStatement":
    case "YieldExpression":
    case "ThrowStatement":
    case "PropertyDefinition":
    case "Property":
    case "ArrayExpression":
      return undefined;
    case "ArrowFunctionExpression":
      return parent.body === node ? undefined : "that is a default";
    case "ChainExpression":
    case "LogicalExpression":
    case "TSNonNullExpression":
    case "TSAsExpression":
    case "TSSatisfiesExpression":
    case "AwaitExpression":
    case "SpreadElement":
      return fateOf(types, context, parent);
    case "ConditionalExpression":
      return parent.test === node ? "that is only looked at" : fateOf(types, context, parent);
    case "AssignmentExpression":
      if (parent.left.type === "MemberExpression") return undefined;
      return parent.left.type === "Identifier"
        ? fateOfVariable(types, context, parent.left)
        : "that is taken apart";
    case "VariableDeclarator": {
      const declaration = parent.parent as TSESTree.VariableDeclaration;
      if (declaration.kind === "using" || declaration.kind === "await using") return undefined;
      return parent.id.type === "Identifier"
        ? fateOfVariable(types, context, parent.id)
        : "that is taken apart";
    }
    case "NewExpression":
      return undefined;
    case "CallExpression":
      if (parent.callee === node) return "that is only used once";
      return isBorrowed(types, parent) ? "that OSTD only borrows" : undefined;
    case "MemberExpression":
      return "that is only used once";
    default:
      return "that nobody keeps";
  }
}

function isBorrowed(types: Types, call: TSESTree.CallExpression): boolean {
  return isOstdCall(types, types.services.esTreeNodeToTSNodeMap.get(call) as ts.CallExpression);
}

/** A variable's value has an owner when some use of the variable gives it one. */
function fateOfVariable(
  types: Types,
  context: Context,
  id: TSESTree.Identifier,
): string | undefined {
  let scope: TSESLint.Scope.Scope | null = context.sourceCode.getScope(id);
  while (scope !== null && !scope.set.has(id.name)) scope = scope.upper;
  const uses = scope?.set.get(id.name)?.references ?? [];
  const isOwned = uses.some(({ identifier }) => {
    if (identifier === id) return false;
    return isGivenAway(types, context, identifier);
  });
  return isOwned ? undefined : "that is neither bound by `using`, returned nor owned";
}

function isGivenAway(types: Types, context: Context, use: Node): boolean {
  const { parent } = use;
  switch (parent?.type) {
    case "ReturnStatement":
    case "YieldExpression":
    case "Property":
    case "ArrayExpression":
    case "PropertyDefinition":
      return true;
    case "NewExpression":
      return parent.callee !== use;
    case "CallExpression":
      return parent.callee !== use && !isBorrowed(types, parent);
    case "ArrowFunctionExpression":
      return parent.body === use;
    case "AssignmentExpression":
      return parent.right === use && parent.left.type === "MemberExpression";
    case "VariableDeclarator": {
      if (parent.init !== use) return false;
      const { kind } = parent.parent as TSESTree.VariableDeclaration;
      return kind === "using" || kind === "await using";
    }
    case "ConditionalExpression":
      return parent.test !== use && isGivenAway(types, context, parent);
    case "LogicalExpression":
    case "ChainExpression":
    case "TSNonNullExpression":
    case "TSAsExpression":
    case "SpreadElement":
    case "AwaitExpression":
      return isGivenAway(types, context, parent);
    default:
      return false;
  }
}
