// SPDX-License-Identifier: MPL-2.0

import ts from "typescript";
import type { Ban, Node } from "../rule.ts";
import { isAny, partsOf, typesOf, type Types } from "../types.ts";

const LIBRARY = /\/lib\.[\w.]+\.d\.ts$/;

export const noUnsoundMethod: Ban = {
  name: "no-unsound-method",
  forbids: "A method that takes less than the method of the same name that it stands for.",
  reason:
    "the compiler compares parameters of methods both ways, so it may get what it can not take.",
  fix: "Take what the base or the interface promises, and look at run time which it is.",
  notes: [
    "Looked at are classes that extend or implement a type, and objects that go to a place with a type of its own. Functions in fields " +
      "(`readonly take: (value: T) => void`) the compiler compares rightly by itself.",
  ],
  needsTypes: true,
  bad: [
    "interface Sink {\n  take(value: string | number): void;\n}\nexport class NumberSink implements Sink {\n  take(value: number) {\n    value.toFixed();\n  }\n}",
    "class Sink {\n  take(value: unknown) {\n    return value;\n  }\n}\nexport class NumberSink extends Sink {\n  override take(value: number) {\n    return value.toFixed();\n  }\n}",
    "interface Sink {\n  take(value: string | number): void;\n}\nexport const sink: Sink = {\n  take(value: number) {\n    value.toFixed();\n  },\n};",
    "interface Sink {\n  take(value: string | number): void;\n}\nconst numbers = {\n  take(value: number) {\n    value.toFixed();\n  },\n} as const;\nexport const make = (): Sink => numbers;",
  ],
  good: [
    "interface Sink {\n  take(value: string | number): void;\n}\nexport class Any implements Sink {\n  take(value: string | number | undefined) {\n    return value;\n  }\n}",
    "interface Sink {\n  take(value: number): void;\n}\nexport const sink: Sink = { take: () => {} };",
  ],
  create(context, found) {
    const types = typesOf(context);
    if (types === undefined) return {};
    const { checker, services } = types;
    const checkClass = (node: Node): void => {
      const declared = services.esTreeNodeToTSNodeMap.get(node as never) as ts.Node;
      if (!ts.isClassLike(declared)) return;
      for (const member of declared.members) {
        if (!ts.isMethodDeclaration(member)) continue;
        const isStatic = ts.getCombinedModifierFlags(member) & ts.ModifierFlags.Static;
        if (isStatic !== 0) continue;
        const own = checker.getTypeAtLocation(member);
        for (const base of (declared.heritageClauses ?? []).flatMap((clause) => clause.types)) {
          const replaced = checker.getTypeAtLocation(base).getProperty(member.name.getText());
          if (replaced === undefined) continue;
          if (takesLess(types, own, checker.getTypeOfSymbolAtLocation(replaced, base))) {
            const place = services.tsNodeToESTreeNodeMap.get(member as never) as Node;
            found(place, `\`${member.name.getText()}\`, which takes less than its base's,`);
          }
        }
      }
    };
    const checkValue = (node: Node | null | undefined): void => {
      if (node == null) return;
      const expression = services.esTreeNodeToTSNodeMap.get(node as never) as ts.Node | undefined;
      if (expression === undefined || !ts.isExpression(expression)) return;
      const expected = checker.getContextualType(expression);
      const own = types.typeOf(node);
      if (expected === undefined || expected === own || isAny(own)) return;
      if ((own.flags & ts.TypeFlags.Object) === 0) return;
      for (const target of partsOf(expected)) {
        if ((target.flags & ts.TypeFlags.Object) === 0 || own === target) continue;
        // What classes and generic types are, their declarations were asked for.
        if (isDeclaredHeir(own, target)) continue;
        for (const property of checker.getPropertiesOfType(target)) {
          const method = own.getProperty(property.name);
          const [declaration] = property.declarations ?? [];
          const [ownDeclaration] = method?.declarations ?? [];
          if (method === undefined || declaration === undefined || ownDeclaration === undefined)
            continue;
          if (declaration === ownDeclaration) continue;
          // The library's own types are as they are: ReadonlyArray's methods are looser than Array's.
          if (LIBRARY.test(declaration.getSourceFile().fileName)) continue;
          if (!ts.isMethodSignature(declaration) && !ts.isMethodDeclaration(declaration)) continue;
          const ownType = checker.getTypeOfSymbol(method);
          if (takesLess(types, ownType, checker.getTypeOfSymbol(property))) {
            found(node, `\`${property.name}\`, which takes less than its type says,`);
            return;
          }
        }
      }
    };
    return {
      ClassDeclaration: checkClass,
      ClassExpression: checkClass,
      VariableDeclarator: (node) => checkValue(node.init),
      AssignmentExpression: (node) => checkValue(node.right),
      ReturnStatement: (node) => checkValue(node.argument),
      CallExpression: (node) => node.arguments.forEach(checkValue),
      NewExpression: (node) => node.arguments.forEach(checkValue),
      ArrowFunctionExpression(node) {
        if (node.body.type !== "BlockStatement") checkValue(node.body);
      },
    };
  },
};

function isDeclaredHeir(own: ts.Type, target: ts.Type): boolean {
  const bases = (type: ts.Type): readonly ts.Type[] =>
    type.isClassOrInterface() ? (type.getBaseTypes() ?? []) : [];
  const visit = (type: ts.Type): boolean =>
    type.symbol === target.symbol || bases(type).some((base) => visit(base));
  return visit(own);
}

/** Whether some parameter's type is narrower than the one that may come. */
function takesLess({ checker }: Types, own: ts.Type, promised: ts.Type): boolean {
  const [mine] = own.getCallSignatures();
  const [theirs] = promised.getCallSignatures();
  if (mine === undefined || theirs === undefined) return false;
  if ((mine.typeParameters?.length ?? 0) > 0 || (theirs.typeParameters?.length ?? 0) > 0)
    return false;
  return mine.parameters.some((parameter, index) => {
    const other = theirs.parameters[index];
    if (other === undefined) return false;
    const [taken, given] = [checker.getTypeOfSymbol(parameter), checker.getTypeOfSymbol(other)];
    if (isAny(taken) || isAny(given) || hasParameter(given) || hasParameter(taken)) return false;
    return !checker.isTypeAssignableTo(given, taken);
  });
}

function hasParameter(type: ts.Type): boolean {
  return partsOf(type).some(
    (part) => (part.flags & (ts.TypeFlags.TypeParameter | ts.TypeFlags.IndexedAccess)) !== 0,
  );
}
