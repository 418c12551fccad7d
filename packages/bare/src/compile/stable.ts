// SPDX-License-Identifier: MPL-2.0
// A variable that only the function assigns which declares it cannot change while an inner
// function runs: the outer one has ended, or waits for the inner one. Generators and async
// functions go on in between.

import type { JsFunction } from "./bytecode.ts";
import type { Operation } from "./flow.ts";

/** Operations that assign a variable of an outer function, or make something that can. */
const ASSIGNS = /^(?:put|set)_var_ref/;
const MAY_ASSIGN_ANY = /^make_|eval$|^with_/;

/** Tells of a function's outer variables, and of its own ones, whether they are such. */
export class StableVariables {
  private readonly functions: readonly JsFunction[];
  private readonly changing: ReadonlySet<string>;

  /** `assigned`: by function, what `assignedOuter` tells. */
  constructor(functions: readonly JsFunction[], assigned: ReadonlyMap<number, readonly number[]>) {
    this.functions = functions;
    const changing = new Set<string>();
    for (const fn of functions) {
      for (const index of assigned.get(fn.index) ?? []) changing.add(this.root(fn, index));
    }
    this.changing = changing;
  }

  isOuterStable(fn: JsFunction, index: number): boolean {
    const root = this.root(fn, index);
    return root !== "" && !this.changing.has(root);
  }

  isOwnStable(fn: JsFunction, isArgument: boolean, index: number): boolean {
    return !this.changing.has(nameOf(fn.index, isArgument, index));
  }

  /** The function that declares it, and which one it is there; "" where not known. */
  private root(fn: JsFunction, index: number): string {
    const variable = fn.outer[index];
    const parent = this.functions[fn.parent];
    if (variable === undefined || parent === undefined) return "";
    if (!variable.isOfParent) return this.root(parent, variable.index);
    return parent.kind === 0 ? nameOf(parent.index, variable.isArgument, variable.index) : "";
  }
}

function nameOf(fn: number, isArgument: boolean, index: number): string {
  return `${fn} ${isArgument ? "argument" : "variable"} ${index}`;
}

/** The outer variables that a function assigns. */
export function assignedOuter(fn: JsFunction, operations: readonly Operation[]): readonly number[] {
  if (operations.some(({ name }) => MAY_ASSIGN_ANY.test(name))) return [...fn.outer.keys()];
  return operations.filter(({ name }) => ASSIGNS.test(name)).map(({ operand }) => operand);
}
