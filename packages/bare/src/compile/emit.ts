// SPDX-License-Identifier: MPL-2.0
// C out of one function's bytecode. The operand stack is known at each place, so that its values
// are variables of the C function. A value is *ours* (a variable that holds a reference) or *lent*
// (a local variable, an argument, a constant: its holder keeps it while it is looked at).

import type { JsFunction } from "./bytecode.ts";
import { MOVES, type Flow, type Operation } from "./flow.ts";

/** What lies on the operand stack while code is made. */
export type Value =
  | { readonly kind: "ours"; readonly c: string }
  /** `of`: the variable that lends it, where that can be assigned. */
  | { readonly kind: "lent"; readonly c: string; readonly of?: string | undefined }
  /** Lent by a variable that any call may assign. */
  | { readonly kind: "shared"; readonly c: string }
  /** Needs no reference. */
  | { readonly kind: "plain"; readonly c: string }
  /** A C int that stands for true or false. */
  | { readonly kind: "truth"; readonly c: string }
  /** A handler's mark. */
  | { readonly kind: "mark"; readonly target: number };

/** Of a label: what jumps there is not likely to, and what follows stands apart. */
const COLD = "__attribute__((cold));";

/** Operations that assign a local variable. */
const ASSIGNS_LOCAL = /^(?:put_loc|set_loc|inc_loc|dec_loc|add_loc|close_loc)/;

/** The engine keeps `this` in a variable, where a function uses it: assigned first of all, and once. */
function aliasOfThis(fn: JsFunction, { operations, joins }: Flow): number {
  const [first, second] = operations;
  if (first?.name !== "push_this" || !fn.isStrict || second?.name !== "put_loc") return -1;
  const { operand } = second;
  const isAssignedAgain = operations.some(
    (other) => other !== second && ASSIGNS_LOCAL.test(other.name) && other.operand === operand,
  );
  const isCaptured = fn.isCaptured[fn.argCount + operand] === true;
  const isReached = joins.has(first.at) || joins.has(second.at);
  return isAssignedAgain || isCaptured || isReached ? -1 : operand;
}

/** Code of one function while it grows. */
export class Emitter {
  readonly fn: JsFunction;
  readonly flow: Flow;
  stack: Value[] = [];
  caches = 0;
  /** Of the properties that have caches. Functions that differ in nothing else must not share them. */
  readonly names: string[] = [];
  usesFrameVariables = false;
  usesNewTarget = false;
  usesCopyOfArguments = false;
  private readonly lines: string[] = [];
  private readonly cold: string[] = [];
  private readonly values: string[] = [];
  private readonly truths: string[] = [];
  private readonly handlers = new Map<string, string>();
  private now: Operation | undefined;
  private coldCount = 0;
  /** The local variable that is `this` all the time; -1 for none. */
  readonly aliasOfThis: number;
  /** A variable is written from code: it cannot be lent past that. */
  readonly args: readonly string[];

  constructor(fn: JsFunction, flow: Flow) {
    this.fn = fn;
    this.flow = flow;
    const isWritten = flow.operations.some(({ name }) => name === "put_arg" || name === "set_arg");
    const isCaptured = fn.isCaptured.slice(0, fn.argCount).includes(true);
    this.usesCopyOfArguments = isWritten || isCaptured;
    const prefix = this.usesCopyOfArguments ? "args[" : "a";
    const suffix = this.usesCopyOfArguments ? "]" : "";
    this.args = Array.from({ length: fn.argCount }, (_, i) => `${prefix}${i}${suffix}`);
    this.usesFrameVariables = fn.isCaptured.includes(true);
    this.aliasOfThis = aliasOfThis(fn, flow);
  }

  at(operation: Operation): void {
    this.now = operation;
  }

  get operation(): Operation {
    if (this.now === undefined) throw new Error("no operation");
    return this.now;
  }

  /** Which operation follows. */
  get nextName(): string {
    const { operations } = this.flow;
    return operations[operations.indexOf(this.operation) + 1]?.name ?? "";
  }

  line(text: string): void {
    this.lines.push(text);
  }

  get code(): string {
    return [...this.lines, ...this.cold].join("\n");
  }

  get declarations(): string {
    const values = this.values.length > 0 ? `JSValue ${this.values.join(", ")};` : "";
    const truths = this.truths.length > 0 ? `int ${this.truths.join(", ")};` : "";
    return `${values} ${truths}`;
  }

  fresh(): string {
    const name = `t${this.values.length}`;
    this.values.push(name);
    return name;
  }

  freshTruth(): string {
    const name = `b${this.truths.length}`;
    this.truths.push(name);
    return name;
  }

  // --- Variables

  isCapturedLocal(index: number): boolean {
    return this.fn.isCaptured[this.fn.argCount + index] === true;
  }

  local(index: number): string {
    if (index === this.aliasOfThis) return "this_obj";
    return this.isCapturedLocal(index) ? `vars[${index}]` : `v${index}`;
  }

  /** Values that `variable` lends become ours: it is about to change. */
  keepFrom(variable: string): void {
    this.stack = this.stack.map((value) =>
      value.kind === "lent" && value.of === variable ? this.taken(value) : value,
    );
  }

  /** Values that any code may change become ours: such code is about to run. */
  keepShared(): void {
    this.stack = this.stack.map((value) => (value.kind === "shared" ? this.taken(value) : value));
  }

  private taken(value: Value): Value {
    const name = this.fresh();
    this.line(`${name} = ${this.owned(value)};`);
    return { kind: "ours", c: name };
  }

  // --- The stack

  push(value: Value): void {
    this.stack.push(value);
  }

  pop(): Value {
    const value = this.stack.pop();
    if (value === undefined) throw new Error("the operand stack is empty");
    return value;
  }

  /** A C expression that looks at the value. */
  seen(value: Value): string {
    // In parentheses: the macros that these are have commas in them.
    if (value.kind === "truth") return `(JS_MKVAL(JS_TAG_BOOL, ${value.c}))`;
    if (value.kind === "mark") return `(JS_MKVAL(JS_TAG_CATCH_OFFSET, ${value.target}))`;
    return value.kind === "plain" ? `(${value.c})` : value.c;
  }

  /** A C expression with a reference of its own. */
  owned(value: Value): string {
    if (value.kind === "lent" || value.kind === "shared") return `JS_DupValue(ctx, ${value.c})`;
    return this.seen(value);
  }

  free(value: Value): void {
    if (value.kind === "ours") this.line(`JS_FreeValue(ctx, ${value.c});`);
  }

  /** What is on the stack goes where code that jumps here expects it. */
  settle(): void {
    const { stack } = this;
    // A place may be needed by another value first.
    for (const [i, value] of stack.entries()) {
      if (value.kind === "ours" && /^s\d+$/.test(value.c) && value.c !== `s${i}`) {
        const name = this.fresh();
        this.line(`${name} = ${value.c};`);
        stack[i] = { kind: "ours", c: name };
      }
    }
    for (const [i, value] of stack.entries()) {
      if (value.kind === "mark") continue;
      if (value.c !== `s${i}`) this.line(`s${i} = ${this.owned(value)};`);
      stack[i] = { kind: "ours", c: `s${i}` };
    }
  }

  /** The stack as `settle` leaves it. */
  expect(place: number): void {
    const slots = this.flow.stacks.get(place) ?? [];
    this.stack = slots.map((slot, i) =>
      slot === "value" ? { kind: "ours", c: `s${i}` } : { kind: "mark", target: slot },
    );
  }

  /** The stack in the array `st`, as the interpreter has it. */
  spill(): void {
    for (const [i, value] of this.stack.entries()) this.line(`st[${i}] = ${this.owned(value)};`);
  }

  // --- Exceptions

  /** A label that the operation jumps to when it throws, with the stack as it is now. */
  throws(): string {
    const label = `x${this.coldCount++}`;
    const last = this.stack.findLastIndex(({ kind }) => kind === "mark");
    let depth = 0;
    const moves: string[] = [];
    for (const [i, value] of this.stack.entries()) {
      if (i > last && value.kind !== "ours") continue;
      moves.push(`st[${depth++}] = ${this.owned(value)};`);
    }
    this.cold.push(`${label}: ${COLD} ${moves.join(" ")}`, this.toHandler(`st + ${depth}`));
    return label;
  }

  /** The same, with the stack in `st` up to `sp`. */
  throwsSpilled(before: readonly Value[]): string {
    const label = `x${this.coldCount++}`;
    const saved = this.stack;
    this.stack = [...before];
    this.cold.push(`${label}: ${COLD}`, this.toHandler("sp"));
    this.stack = saved;
    return label;
  }

  private toHandler(end: string): string {
    const marks = this.stack.flatMap((value, i) =>
      value.kind === "mark" && value.target !== 0 ? [{ i, target: value.target }] : [],
    );
    const innermost = marks.at(-1);
    const sp = end === "sp" ? "" : `sp = ${end};`;
    const key = innermost === undefined ? "none" : `${innermost.i}_${innermost.target}`;
    this.handlers.set(key, this.handlerCode(innermost));
    return `${sp} pc = bc + ${this.operation.next}; goto unwind_${key};`;
  }

  private handlerCode(innermost: { i: number; target: number } | undefined): string {
    const unwind = "unwind(ctx, sf, pc, st, sp)";
    if (innermost === undefined) return `${unwind}; goto failed;`;
    const slots = this.flow.stacks.get(innermost.target) ?? [];
    const moves = slots.flatMap((slot, i) => (slot === "value" ? [`s${i} = st[${i}];`] : []));
    return `if (${unwind} < 0) goto failed; ${moves.join(" ")} goto L${innermost.target};`;
  }

  get handlerLabels(): string {
    return [...this.handlers].map(([key, code]) => `unwind_${key}: ${code}`).join("\n");
  }

  /** The highest number of an `s` variable, and one. */
  get depth(): number {
    return Math.max(0, ...[...this.flow.stacks.values()].map((slots) => slots.length));
  }

  /** Moves on the stack: dup, swap and others. False when the operation is none. */
  move(name: string): boolean {
    const found = MOVES.get(name);
    if (found === undefined) return false;
    const [count, order] = found;
    const moved = this.stack.splice(this.stack.length - count, count);
    const uses = moved.map((_, i) => order.filter((from) => from === i).length);
    for (const [i, value] of moved.entries()) if (uses[i] === 0) this.free(value);
    const isUsed = new Set<number>();
    for (const from of order) {
      const value = moved[from];
      if (value === undefined) throw new Error("a move beyond the stack");
      if (isUsed.has(from) && value.kind === "ours") {
        const name2 = this.fresh();
        this.line(`${name2} = JS_DupValue(ctx, ${value.c});`);
        this.stack.push({ kind: "ours", c: name2 });
      } else {
        this.stack.push(value);
      }
      isUsed.add(from);
    }
    return true;
  }
}
