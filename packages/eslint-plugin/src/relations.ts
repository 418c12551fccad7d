// SPDX-License-Identifier: MPL-2.0

import { isPropertyReadonlyInType } from "ts-api-utils";
import ts from "typescript";
import { isAny, partsOf, type Types, VALUES } from "./types.ts";

const DEPTH = 3;
const PRIMITIVE = VALUES | ts.TypeFlags.TypeParameter;

/** What is wrong with `from` under the type `to`, in words; undefined when nothing is. */
export function whyUnsound(
  types: Types,
  from: ts.Type,
  to: ts.Type,
  depth: number = DEPTH,
): string | undefined {
  if (from === to || depth === 0 || isAny(from) || isAny(to)) return undefined;
  for (const source of partsOf(from)) {
    if ((source.flags & PRIMITIVE) !== 0) continue;
    // The parts of a union that the value can be.
    const objects = partsOf(to).filter(
      (target) =>
        (target.flags & (PRIMITIVE | ts.TypeFlags.Unknown | ts.TypeFlags.NonPrimitive)) === 0,
    );
    const targets = objects.filter((target) => types.checker.isTypeAssignableTo(source, target));
    const reasons = targets.map((target) => whyPartUnsound(types, source, target, depth));
    if (reasons.length > 0 && !reasons.includes(undefined)) return reasons[0];
    const [other] = objects.filter((target) => !targets.includes(target));
    if (other !== undefined && targets.length > 0) {
      const why = whyMistaken(types, source, targets, objects);
      if (why !== undefined) return why;
    }
  }
  return undefined;
}

/** `"a" in value` takes a value for the part of a union that has an `a`, whatever its own `a` is. */
function whyMistaken(
  { checker }: Types,
  source: ts.Type,
  targets: readonly ts.Type[],
  objects: readonly ts.Type[],
): string | undefined {
  if (!isPlain(source) || !objects.every(isPlain)) return undefined;
  for (const property of checker.getPropertiesOfType(source)) {
    if (targets.some((target) => target.getProperty(property.name) !== undefined)) continue;
    for (const other of objects) {
      const same = other.getProperty(property.name);
      if (same === undefined) continue;
      const [own, wanted] = [checker.getTypeOfSymbol(property), checker.getTypeOfSymbol(same)];
      if (checker.isTypeAssignableTo(own, wanted)) continue;
      return `a \`${property.name}\` of type \`${checker.typeToString(own)}\`, which \`in\` would take for one of \`${checker.typeToString(wanted)}\`,`;
    }
  }
  return undefined;
}

function whyPartUnsound(
  types: Types,
  source: ts.Type,
  target: ts.Type,
  depth: number,
): string | undefined {
  const { checker } = types;
  if (source === target) return undefined;
  if (checker.isArrayType(target)) return whyListUnsound(types, source, target, depth);
  const generic = genericOf(target);
  if (generic !== undefined && genericOf(source) === generic) {
    const why = whyArgumentsUnsound(types, source, target, depth);
    if (why !== undefined) return why;
  }
  if (source.getCallSignatures().length > 0) return whyResultUnsound(types, source, target, depth);
  if (!isPlain(source) || !isPlain(target)) return undefined;
  for (const property of checker.getPropertiesOfType(target)) {
    if ((property.flags & ts.SymbolFlags.Property) === 0) continue;
    const { name } = property;
    const kept = source.getProperty(name);
    if (kept === undefined || (kept.flags & ts.SymbolFlags.Property) === 0) continue;
    const [to, from] = [checker.getTypeOfSymbol(property), checker.getTypeOfSymbol(kept)];
    if (isPropertyReadonlyInType(target, property.escapedName, checker)) {
      const why = isOpen(to) || isOpen(from) ? undefined : whyUnsound(types, from, to, depth - 1);
      if (why !== undefined) return `in its \`${name}\` ${why}`;
      continue;
    }
    if (isPropertyReadonlyInType(source, kept.escapedName, checker)) {
      return `a read-only \`${name}\` as one that can be set`;
    }
    if (isOpen(to) || isOpen(from) || checker.isTypeAssignableTo(to, from)) continue;
    return `a \`${name}\` of type \`${checker.typeToString(from)}\` as one of type \`${checker.typeToString(to)}\``;
  }
  return undefined;
}

function whyListUnsound(
  types: Types,
  source: ts.Type,
  target: ts.Type,
  depth: number,
): string | undefined {
  const { checker } = types;
  const [written] = checker.getTypeArguments(target as ts.TypeReference);
  const isTuple = checker.isTupleType(source);
  if (written === undefined || !(isTuple || checker.isArrayType(source))) return undefined;
  const text = `a \`${checker.typeToString(source)}\` as a \`${checker.typeToString(target)}\``;
  for (const kept of checker.getTypeArguments(source as ts.TypeReference)) {
    if (isAny(kept) || isOpen(written) || isOpen(kept)) continue;
    if (target.symbol.name === "ReadonlyArray") {
      const why = whyUnsound(types, kept, written, depth - 1);
      if (why !== undefined) return why;
    } else if (isTuple || !checker.isTypeAssignableTo(written, kept)) return text;
  }
  return undefined;
}

/** The generic class or interface that a type was made of. */
function genericOf(type: ts.Type): ts.GenericType | undefined {
  const isReference =
    (type.flags & ts.TypeFlags.Object) !== 0 &&
    ((type as ts.ObjectType).objectFlags & ts.ObjectFlags.Reference) !== 0;
  return isReference ? (type as ts.TypeReference).target : undefined;
}

/** `Map<string, number>` as `Map<string, number | string>`: `set` would take what `get` may not give. */
function whyArgumentsUnsound(
  types: Types,
  source: ts.Type,
  target: ts.Type,
  depth: number,
): string | undefined {
  const { checker } = types;
  const kept = checker.getTypeArguments(source as ts.TypeReference);
  const wanted = checker.getTypeArguments(target as ts.TypeReference);
  const isSame = kept.every((own, i) => {
    const other = wanted[i];
    return other === undefined || own === other || isOpen(own) || isOpen(other);
  });
  if (isSame) return undefined;
  for (const property of checker.getPropertiesOfType(target)) {
    const own = source.getProperty(property.name);
    if (own === undefined || (property.flags & ts.SymbolFlags.Method) === 0) continue;
    if (takesLess(types, checker.getTypeOfSymbol(own), checker.getTypeOfSymbol(property))) {
      return `a \`${checker.typeToString(source)}\` as a \`${checker.typeToString(target)}\``;
    }
  }
  for (const [i, own] of kept.entries()) {
    const other = wanted[i];
    const why = other === undefined ? undefined : whyUnsound(types, own, other, depth - 1);
    if (why !== undefined) return why;
  }
  return undefined;
}

function whyResultUnsound(
  types: Types,
  source: ts.Type,
  target: ts.Type,
  depth: number,
): string | undefined {
  const [own] = source.getCallSignatures();
  const [wanted] = target.getCallSignatures();
  if (own === undefined || wanted === undefined) return undefined;
  if ((own.typeParameters ?? wanted.typeParameters) !== undefined) return undefined;
  return whyUnsound(types, own.getReturnType(), wanted.getReturnType(), depth - 1);
}

/** An object whose members are what is written there: no class, no collection, no function. */
export function isPlain(type: ts.Type): boolean {
  if ((type.flags & ts.TypeFlags.Object) === 0) return false;
  return type.getCallSignatures().length === 0;
}

/** What a type parameter stands for only its user knows. */
function isOpen(type: ts.Type): boolean {
  return isAny(type) || (type.flags & (ts.TypeFlags.TypeParameter | ts.TypeFlags.Unknown)) !== 0;
}

/** Whether some parameter's type is narrower than the one that may come. */
export function takesLess({ checker }: Types, own: ts.Type, promised: ts.Type): boolean {
  const [mine] = own.getCallSignatures();
  const [theirs] = promised.getCallSignatures();
  if (mine === undefined || theirs === undefined) return false;
  if ((mine.typeParameters?.length ?? 0) > 0) return false;
  const isGeneric = (theirs.typeParameters?.length ?? 0) > 0;
  return mine.parameters.some((parameter, index) => {
    const other = theirs.parameters[index];
    if (other === undefined) return false;
    const [taken, given] = [checker.getTypeOfSymbol(parameter), checker.getTypeOfSymbol(other)];
    if (isAny(taken) || isAny(given)) return false;
    // A method without type parameters takes as much as one with some when it takes what may come.
    if (isGeneric) {
      const wide = checker.getBaseConstraintOfType(given) ?? checker.getUnknownType();
      return hasParameter(given) && !checker.isTypeAssignableTo(wide, taken);
    }
    if (hasParameter(given) || hasParameter(taken)) return false;
    return !checker.isTypeAssignableTo(given, taken);
  });
}

function hasParameter(type: ts.Type): boolean {
  return partsOf(type).some(
    (part) => (part.flags & (ts.TypeFlags.TypeParameter | ts.TypeFlags.IndexedAccess)) !== 0,
  );
}

/** The class whose objects a type stands for; undefined for interfaces and for classes themselves. */
export function classOf(type: ts.Type): ts.Symbol | undefined {
  if ((type.flags & ts.TypeFlags.Object) === 0) return undefined;
  const { objectFlags } = type as ts.ObjectType;
  const own =
    (objectFlags & ts.ObjectFlags.Reference) !== 0 ? (type as ts.TypeReference).target : type;
  return ((own as ts.ObjectType).objectFlags & ts.ObjectFlags.Class) !== 0 ? own.symbol : undefined;
}

/** Whether `type` is `ancestor` or is declared to extend or implement it. */
export function isDeclaredHeir(type: ts.Type, ancestor: ts.Symbol): boolean {
  if (type.isIntersection()) return type.types.some((part) => isDeclaredHeir(part, ancestor));
  if (type.symbol === ancestor) return true;
  const own = genericOf(type) ?? type;
  const bases = own.isClassOrInterface() ? (own.getBaseTypes() ?? []) : [];
  return bases.some((base) => isDeclaredHeir(base, ancestor));
}
