// SPDX-License-Identifier: MPL-2.0

import type { ParserServicesWithTypeInformation } from "@typescript-eslint/utils";
import ts from "typescript";
import type { Context, Node } from "./rule.ts";

/** Values that are no objects: they can not be changed. */
export const VALUES: ts.TypeFlags =
  ts.TypeFlags.StringLike |
  ts.TypeFlags.NumberLike |
  ts.TypeFlags.BigIntLike |
  ts.TypeFlags.BooleanLike |
  ts.TypeFlags.ESSymbolLike |
  ts.TypeFlags.Undefined |
  ts.TypeFlags.Null |
  ts.TypeFlags.Void |
  ts.TypeFlags.Never;

const LIBRARY = /\/lib\.[\w.]+\.d\.ts$/;

/** The compiler's view of a file. */
export interface Types {
  readonly checker: ts.TypeChecker;
  readonly services: ParserServicesWithTypeInformation;
  readonly typeOf: (node: Node) => ts.Type;
}

/** What the compiler knows; undefined where the parser was not asked for types. */
export function typesOf(context: Context): Types | undefined {
  const services = context.sourceCode.parserServices;
  if (services?.program == null) return undefined;
  const typed = services as ParserServicesWithTypeInformation;
  return {
    checker: typed.program.getTypeChecker(),
    services: typed,
    typeOf: (node) => typed.getTypeAtLocation(node),
  };
}

/** Whether the file is one of the language's own declarations. */
export function isLibrary(declaration: ts.Node | undefined): boolean {
  return declaration !== undefined && LIBRARY.test(declaration.getSourceFile().fileName);
}

export function isAny(type: ts.Type): boolean {
  return (type.flags & ts.TypeFlags.Any) !== 0;
}

/** The members of a union; of another type itself. */
export function partsOf(type: ts.Type): readonly ts.Type[] {
  return type.isUnion() ? type.types : [type];
}

/** Whether a value of the type may be awaited: it, or a part of it, has a `then`. */
export function isThenable({ checker }: Types, type: ts.Type): boolean {
  return partsOf(type).some((part) => {
    const then = part.getProperty("then");
    if (then === undefined) return false;
    const [declaration] = then.declarations ?? [];
    if (declaration === undefined) return false;
    const thenType = checker.getTypeOfSymbolAtLocation(then, declaration);
    return thenType.getCallSignatures().length > 0;
  });
}
