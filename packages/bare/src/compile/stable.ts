// SPDX-License-Identifier: MPL-2.0
// A variable that only the function assigns which declares it cannot change while an inner
// function runs: the outer one has ended, or waits for the inner one. Generators and async
// functions go on in between.

import type { JsFunction } from "./bytecode.ts";
import type { Operation } from "./flow.ts";

/** Operations that assign a variable of an outer function, or make something that can. */
const ASSIGNS = /^(?:put|set)_var_ref/;
const ASSIGNS_LOCAL = /^(?:put_loc|set_loc|inc_loc|dec_loc|add_loc)(?!_uninitialized)/;
const MAY_ASSIGN_ANY = /^make_|eval$|^with_/;

/** Tells of a function's outer variables, and of its own ones, whether they are such. */
export class StableVariables {
  private readonly functions: readonly JsFunction[];
  private readonly changing: ReadonlySet<string>;
  private readonly operations: readonly (readonly Operation[])[];
  /** By function: what `constantsOf` tells. */
  private readonly constants = new Map<number, ReadonlyMap<number, number>>();

  /** `assigned`: by function, what `assignedOuter` tells; `operations`: by function, all of them. */
  constructor(
    functions: readonly JsFunction[],
    assigned: ReadonlyMap<number, readonly number[]>,
    operations: readonly (readonly Operation[])[],
  ) {
    this.functions = functions;
    this.operations = operations;
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

  /**
   * The number that an outer variable is given once and for all (`const SIZE = 4096`). Code that
   * runs before sees it too, where the variable itself would be undefined.
   */
  outerConstant(fn: JsFunction, index: number): number | undefined {
    if (!this.isOuterStable(fn, index)) return undefined;
    const variable = fn.outer[index];
    const parent = this.functions[fn.parent];
    if (variable === undefined || parent === undefined) return undefined;
    if (!variable.isOfParent) return this.outerConstant(parent, variable.index);
    if (variable.isArgument) return undefined;
    let known = this.constants.get(parent.index);
    if (known === undefined) {
      known = constantsOf(parent, this.operations[parent.index] ?? []);
      this.constants.set(parent.index, known);
    }
    return known.get(variable.index);
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

/** Of a function's variables: those that one operation assigns, and that a number. */
function constantsOf(
  fn: JsFunction,
  operations: readonly Operation[],
): ReadonlyMap<number, number> {
  if (operations.some(({ name }) => MAY_ASSIGN_ANY.test(name))) return new Map();
  const targets = new Set(operations.map(({ target }) => target));
  const found = new Map<number, number>();
  const others = new Set<number>();
  // How far jumps lead that come before: what they may leave out is not always assigned.
  let reach = 0;
  for (const [i, { name, operand, at, target }] of operations.entries()) {
    const isAlways = reach <= at;
    reach = Math.max(reach, target);
    if (!ASSIGNS_LOCAL.test(name)) continue;
    const value = numberOf(fn, operations[i - 1]);
    const isOnly = !found.has(operand) && name.startsWith("put_loc");
    if (isOnly && value !== undefined && isAlways && !targets.has(at)) found.set(operand, value);
    else others.add(operand);
  }
  for (const variable of others) found.delete(variable);
  return found;
}

function numberOf(fn: JsFunction, operation: Operation | undefined): number | undefined {
  if (operation?.name === "push_i32") return operation.operand;
  const value = operation?.name === "push_const" ? fn.constants[operation.operand] : undefined;
  return Number.isFinite(value) && !Object.is(value, -0) ? value : undefined;
}
