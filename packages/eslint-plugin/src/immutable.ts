// SPDX-License-Identifier: MPL-2.0

import { isPropertyReadonlyInType } from "ts-api-utils";
import ts from "typescript";
import { isLibrary, partsOf, type Types, VALUES } from "./types.ts";

/** What OSTD keeps apart for each system, or can not be changed. */
const OSTD_SAFE = new Set(["SystemLocal", "CpuLocal", "Kernel", "PageProperty", "LockClass"]);
const LIBRARY_SAFE = new Set([
  ...["ReadonlyMap", "ReadonlySet", "RegExp", "ReadonlyArray", "ArrayLike"],
]);
const OSTD = /\/ostd\/(?:src|dist)\/|@aster\/ostd\//;

/** Why a value of the type can change, in words; undefined when it can not. */
export function whyMutable(
  types: Types,
  type: ts.Type,
  seen: Set<ts.Type> = new Set(),
): string | undefined {
  if ((type.flags & VALUES) !== 0 || seen.has(type)) return undefined;
  seen.add(type);
  if (type.isUnion()) return firstOf(partsOf(type), (part) => whyMutable(types, part, seen));
  if (type.isIntersection()) {
    if (type.types.some(({ flags }) => (flags & VALUES) !== 0)) return undefined;
    return firstOf(type.types, (part) => whyMutable(types, part, seen));
  }
  if ((type.flags & (ts.TypeFlags.Any | ts.TypeFlags.Unknown)) !== 0) {
    return "its type does not tell that it stays as it is";
  }
  const { checker } = types;
  if (checker.isTupleType(type) || checker.isArrayType(type)) {
    const target = (type as ts.TypeReference).target as ts.TupleType;
    const isReadonly = checker.isTupleType(type)
      ? target.readonly
      : type.symbol.name === "ReadonlyArray";
    if (!isReadonly) return "arrays can change; `readonly T[]` can not";
    return firstOf(checker.getTypeArguments(type as ts.TypeReference), (part) =>
      whyMutable(types, part, seen),
    );
  }
  const name = type.symbol?.name ?? "";
  const declarations = type.symbol?.declarations ?? [];
  // `__type` is a type without a name: of Readonly<T>, Record<K, T> and the like.
  if (name !== "__type" && declarations.some(isLibrary)) {
    if (!LIBRARY_SAFE.has(name)) return `\`${name}\` can change`;
    return firstOf(checker.getTypeArguments(type as ts.TypeReference), (part) =>
      whyMutable(types, part, seen),
    );
  }
  const isOfOstd = declarations.some((d) => OSTD.test(d.getSourceFile().fileName));
  if (OSTD_SAFE.has(name) && isOfOstd) return undefined;
  return whyMembersChange(types, type, seen);
}

function whyMembersChange(types: Types, type: ts.Type, seen: Set<ts.Type>): string | undefined {
  const { checker } = types;
  for (const info of checker.getIndexInfosOfType(type)) {
    if (!info.isReadonly) return "its members can be set";
    const why = whyMutable(types, info.type, seen);
    if (why !== undefined) return why;
  }
  return firstOf(checker.getPropertiesOfType(type), (property) => {
    const isData = (property.flags & ts.SymbolFlags.Property) !== 0;
    if (!isData) return undefined;
    const { name } = property;
    if (!isPropertyReadonlyInType(type, property.escapedName, checker)) {
      return `\`${name}\` can be set`;
    }
    const declaration = property.valueDeclaration ?? property.declarations?.[0];
    const of =
      declaration === undefined
        ? checker.getTypeOfSymbol(property)
        : checker.getTypeOfSymbolAtLocation(property, declaration);
    const why = whyMutable(types, of, seen);
    return why === undefined ? undefined : `\`${name}\`: ${why}`;
  });
}

export function firstOf<T, R>(list: readonly T[], find: (item: T) => R | undefined): R | undefined {
  for (const item of list) {
    const found = find(item);
    if (found !== undefined) return found;
  }
  return undefined;
}
