// SPDX-License-Identifier: MPL-2.0

import ts from "typescript";
import { places } from "../places.ts";
import { classOf, isDeclaredHeir, takesLess } from "../relations.ts";
import type { Ban, Node } from "../rule.ts";
import { isAny, isLibrary, partsOf, type Types, typesOf } from "../types.ts";

export const noUnsoundMethod: Ban = {
  name: "no-unsound-method",
  forbids:
    "A method that takes less than the one that it stands for, or that is taken from its object.",
  reason:
    "the compiler compares parameters of methods both ways and `this` not at all, so it may get what it can not take.",
  fix: "Take what the base or the interface promises, and look at run time which it is; wrap a method in a function.",
  notes: [
    "Looked at are classes that extend or implement a type, and objects that go to a place with a type of its own. Functions in fields " +
      "(`readonly take: (value: T) => void`) the compiler compares rightly by itself.",
    "The same holds for fields and setters of an heir that may hold less than the base's, and for functions whose type is looked up from a method " +
      "(`Sink[\"take\"]`). A method that uses `this` is called on its object: put on another, it would take that one's members for its own's.",
    "A method that a base's constructor calls is not replaced by an heir's, whose fields are not there yet.",
  ],
  needsTypes: true,
  bad: [
    "interface Sink {\n  take(value: string | number): void;\n}\nexport class NumberSink implements Sink {\n  take(value: number) {\n    value.toFixed();\n  }\n}",
    "class Sink {\n  take(value: unknown) {\n    return value;\n  }\n}\nexport class NumberSink extends Sink {\n  override take(value: number) {\n    return value.toFixed();\n  }\n}",
    "interface Sink {\n  take(value: string | number): void;\n}\nexport const sink: Sink = {\n  take(value: number) {\n    value.toFixed();\n  },\n};",
    "interface Sink {\n  take(value: string | number): void;\n}\nconst numbers = {\n  take(value: number) {\n    value.toFixed();\n  },\n} as const;\nexport const make = (): Sink => numbers;",
    "class Base {\n  value: number | string = 1;\n}\nexport class Heir extends Base {\n  override value: number = 2;\n}",
    "interface Sink {\n  take(value: string | number): void;\n}\nexport const take: Sink['take'] = (value: number) => value.toFixed();",
    "class Counter {\n  count = 1;\n  show() {\n    return this.count;\n  }\n}\nexport const f = (counter: Counter) => ({ count: 'text', show: counter.show });",
    "class Counter {\n  count = 1;\n  show() {\n    return this.count;\n  }\n}\nexport const f = (counter: Counter) => {\n  const { show } = counter;\n  return show;\n};",
    "class Base {\n  constructor() {\n    this.start();\n  }\n  start() {}\n}\nexport class Heir extends Base {\n  private count = 1;\n  override start() {\n    this.count.toFixed();\n  }\n}",
  ],
  good: [
    "interface Sink {\n  take(value: string | number): void;\n}\nexport class Any implements Sink {\n  take(value: string | number | undefined) {\n    return value;\n  }\n}",
    "interface Sink {\n  take(value: number): void;\n}\nexport const sink: Sink = { take: () => {} };",
    "class Counter {\n  count = 1;\n  show() {\n    return this.count;\n  }\n}\nexport const f = (counter: Counter) => ({ show: () => counter.show() });",
  ],
  create(context, found) {
    const types = typesOf(context);
    if (types === undefined) return {};
    const { services } = types;
    const checkClass = (node: Node): void => {
      const declared = services.esTreeNodeToTSNodeMap.get(node as never) as ts.Node;
      if (!ts.isClassLike(declared)) return;
      for (const [member, why] of unsoundMembers(types, declared)) {
        found(services.tsNodeToESTreeNodeMap.get(member as never) as Node, why);
      }
    };
    const checkValue = (node: Node, expected: ts.Type): void => {
      const own = types.typeOf(node);
      if (expected === own || isAny(own) || (own.flags & ts.TypeFlags.Object) === 0) return;
      for (const target of partsOf(expected)) {
        if ((target.flags & ts.TypeFlags.Object) === 0 || own === target) continue;
        const why = whyFunctionLess(types, own, target) ?? whyMethodLess(types, own, target);
        if (why !== undefined) {
          found(node, why);
          return;
        }
      }
    };
    const checkTaken = (node: Node, name: Node): void => {
      const symbol = symbolOf(types, name);
      if (symbol !== undefined && needsThis(symbol)) {
        found(node, `\`${symbol.name}\` without its object`);
      }
    };
    return {
      ...places(types, checkValue),
      ClassDeclaration: checkClass,
      ClassExpression: checkClass,
      MemberExpression(node) {
        if (isValue(node)) checkTaken(node, node.property);
      },
      "ObjectPattern > Property"(node: Node) {
        if (node.type !== "Property" || node.parent?.type !== "ObjectPattern") return;
        if (node.key.type !== "Identifier" || node.computed) return;
        const member = types.typeOf(node.parent).getProperty(node.key.name);
        if (member !== undefined && needsThis(member)) {
          found(node, `\`${member.name}\` without its object`);
        }
      },
    };
  },
};

function symbolOf({ checker, services }: Types, node: Node): ts.Symbol | undefined {
  return checker.getSymbolAtLocation(services.esTreeNodeToTSNodeMap.get(node as never) as ts.Node);
}

/** Whether a member is used as a value: not called, compared, set or looked at. */
function isValue(node: Node): boolean {
  const { parent } = node;
  switch (parent?.type) {
    case "CallExpression":
    case "NewExpression":
      return parent.callee !== node;
    case "AssignmentExpression":
      return parent.right === node;
    case "VariableDeclarator":
    case "ReturnStatement":
    case "PropertyDefinition":
    case "ArrayExpression":
    case "ConditionalExpression":
      return true;
    case "LogicalExpression":
      return parent.parent?.type !== "IfStatement" && parent.right === node;
    case "Property":
      return parent.value === node;
    case "ArrowFunctionExpression":
      return parent.body === node;
    default:
      return false;
  }
}

/** Whether it is a method that uses `this`, or may. */
function needsThis(symbol: ts.Symbol): boolean {
  if ((symbol.flags & ts.SymbolFlags.Method) === 0) return false;
  return (symbol.declarations ?? []).some((declaration) => {
    if (isLibrary(declaration)) return false;
    if (!("body" in declaration) || declaration.body === undefined) return true;
    const visit = (node: ts.Node): boolean =>
      node.kind === ts.SyntaxKind.ThisKeyword ||
      node.kind === ts.SyntaxKind.SuperKeyword ||
      (ts.forEachChild(node, visit) ?? false);
    return visit(declaration.body as ts.Node);
  });
}

/** Members of a class that are less than what they stand for, with what is wrong. */
function* unsoundMembers(
  types: Types,
  declared: ts.ClassLikeDeclaration,
): Generator<readonly [ts.Node, string], void, unknown> {
  const { checker } = types;
  const bases = (declared.heritageClauses ?? []).flatMap((clause) => clause.types);
  for (const member of declared.members) {
    if (member.name === undefined || ts.isPrivateIdentifier(member.name)) continue;
    const name = member.name.getText();
    const isStatic = (ts.getCombinedModifierFlags(member) & ts.ModifierFlags.Static) !== 0;
    for (const base of bases) {
      const baseType = isStatic
        ? checker.getTypeAtLocation(base.expression)
        : checker.getTypeAtLocation(base);
      const replaced = baseType.getProperty(name);
      if (replaced === undefined) continue;
      const promised = checker.getTypeOfSymbolAtLocation(replaced, base);
      const own = checker.getTypeAtLocation(member);
      if (ts.isMethodDeclaration(member)) {
        if (takesLess(types, own, promised)) {
          yield [member, `\`${name}\`, which takes less than its base's,`];
        } else if (isCalledByConstructor(baseType, name) && needsOwnField(declared, member)) {
          yield [member, `\`${name}\`, which the base's constructor calls,`];
        }
      } else if (isSet(member) && canBeSet(replaced) && !isAny(promised) && !isAny(own)) {
        if (!checker.isTypeAssignableTo(promised, own)) {
          yield [member, `\`${name}\`, which holds less than its base's,`];
        }
      }
    }
  }
}

function isSet(member: ts.ClassElement): boolean {
  return ts.isPropertyDeclaration(member) || ts.isSetAccessor(member);
}

/** Whether the member may be written to where the base or the interface is known. */
function canBeSet(symbol: ts.Symbol): boolean {
  return (symbol.declarations ?? []).some((declaration) => {
    const flags = ts.getCombinedModifierFlags(declaration);
    if ((flags & (ts.ModifierFlags.Readonly | ts.ModifierFlags.Private)) !== 0) return false;
    return (
      ts.isPropertyDeclaration(declaration) ||
      ts.isPropertySignature(declaration) ||
      ts.isSetAccessor(declaration)
    );
  });
}

function isCalledByConstructor(base: ts.Type, name: string): boolean {
  const declared = classOf(base)?.valueDeclaration;
  if (declared === undefined || !ts.isClassLike(declared)) return false;
  const visit = (node: ts.Node): boolean => {
    if (ts.isFunctionLike(node) || ts.isClassLike(node)) return false;
    const isCall =
      ts.isCallExpression(node) &&
      ts.isPropertyAccessExpression(node.expression) &&
      node.expression.expression.kind === ts.SyntaxKind.ThisKeyword &&
      node.expression.name.text === name;
    return isCall || (ts.forEachChild(node, visit) ?? false);
  };
  return declared.members.some((member) => {
    if (ts.isConstructorDeclaration(member)) {
      return member.body !== undefined && visit(member.body);
    }
    return (
      ts.isPropertyDeclaration(member) &&
      member.initializer !== undefined &&
      visit(member.initializer)
    );
  });
}

/** Whether a method uses a field that its own class declares. */
function needsOwnField(declared: ts.ClassLikeDeclaration, method: ts.MethodDeclaration): boolean {
  const fields = new Set(
    declared.members.flatMap((member) =>
      ts.isPropertyDeclaration(member) ? [member.name.getText()] : [],
    ),
  );
  const visit = (node: ts.Node): boolean =>
    (ts.isPropertyAccessExpression(node) &&
      node.expression.kind === ts.SyntaxKind.ThisKeyword &&
      fields.has(node.name.text)) ||
    (ts.forEachChild(node, visit) ?? false);
  return method.body !== undefined && visit(method.body);
}

/** A function for one whose type was looked up from a method, which the compiler compares both ways. */
function whyFunctionLess(types: Types, own: ts.Type, target: ts.Type): string | undefined {
  const declaration = target.getCallSignatures()[0]?.getDeclaration();
  if (declaration === undefined || isLibrary(declaration)) return undefined;
  if (!ts.isMethodSignature(declaration) && !ts.isMethodDeclaration(declaration)) return undefined;
  return takesLess(types, own, target)
    ? "a function that takes less than its type says"
    : undefined;
}

function whyMethodLess(types: Types, own: ts.Type, target: ts.Type): string | undefined {
  const { checker } = types;
  // What classes and generic types are, their declarations were asked for.
  if (target.symbol !== undefined && isDeclaredHeir(own, target.symbol)) return undefined;
  for (const property of checker.getPropertiesOfType(target)) {
    const method = own.getProperty(property.name);
    const [declaration] = property.declarations ?? [];
    const [ownDeclaration] = method?.declarations ?? [];
    if (method === undefined || declaration === undefined || ownDeclaration === undefined) continue;
    if (declaration === ownDeclaration) continue;
    // The library's own types are as they are: ReadonlyArray's methods are looser than Array's.
    if (isLibrary(declaration)) continue;
    if (!ts.isMethodSignature(declaration) && !ts.isMethodDeclaration(declaration)) continue;
    if (takesLess(types, checker.getTypeOfSymbol(method), checker.getTypeOfSymbol(property))) {
      return `\`${property.name}\`, which takes less than its type says,`;
    }
  }
  return undefined;
}
