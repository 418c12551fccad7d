// SPDX-License-Identifier: MPL-2.0

import { ByteWriter } from "./byte-writer.ts";
import { type Offset, writeOffset } from "./late.ts";
import type { FunctionRef } from "./module-builder.ts";
import { TYPE_CODE, type ValueType, storeOf } from "./opcodes.ts";
import { Local, type Value, emitted, i32 } from "./value.ts";

/** Where a branch goes: the end of a block, or the start of a loop. */
export interface Label {
  readonly depth: number;
}

/** A function of the WebAssembly text: what it takes and gives, and how its body is emitted. */
export interface Helper {
  readonly name: string;
  readonly parameters: readonly ValueType[];
  readonly results: readonly ValueType[];
  readonly body: (f: FunctionBuilder, ...parameters: Local[]) => void;
}

/**
 * Declares a function that any module may call: `ModuleBuilder.use` defines it in the module on
 * first use, or imports it where the module has been told so.
 */
export function helper(
  name: string,
  parameters: readonly ValueType[],
  results: readonly ValueType[],
  body: (f: FunctionBuilder, ...parameters: Local[]) => void,
): Helper {
  return { name, parameters, results, body };
}

/** What a function's body asks of the module that it is for. */
export interface ModuleContext {
  typeIndex(parameters: readonly ValueType[], results: readonly ValueType[]): number;
  use(callee: Helper): FunctionRef;
}

/** Emits one function's body, statement by statement. */
export class FunctionBuilder {
  readonly module: ModuleContext;
  readonly parameters: readonly Local[];
  readonly results: readonly ValueType[];
  #code = new ByteWriter(1024);
  #start: ByteWriter | undefined;
  readonly #locals: ValueType[] = [];
  readonly #free = new Map<ValueType, Local[]>();
  #inScope: Local[] = [];
  #depth = 0;

  constructor(
    module: ModuleContext,
    parameters: readonly ValueType[],
    results: readonly ValueType[],
  ) {
    this.module = module;
    this.parameters = parameters.map((type, i) => new Local(type, i));
    this.results = results;
  }

  /** The body as the code section wants it: locals, code, end. */
  finish(): Uint8Array {
    if (this.#depth !== 0) throw new Error("a block was left open");
    const out = new ByteWriter(this.#code.length + 32);
    const runs: [number, ValueType][] = [];
    for (const type of this.#locals) {
      const last = runs.at(-1);
      if (last !== undefined && last[1] === type) last[0]++;
      else runs.push([1, type]);
    }
    out.u32(runs.length);
    for (const [count, type] of runs) {
      out.u32(count);
      out.u8(TYPE_CODE[type]);
    }
    if (this.#start !== undefined) out.bytes(this.#start.view());
    out.bytes(this.#code.view());
    out.u8(0x0b);
    return out.view();
  }

  get codeLength(): number {
    return this.#code.length;
  }

  /** How many blocks are open. */
  get depth(): number {
    return this.#depth;
  }

  /** Emits what comes before all else, once it is known. */
  atStart(emit: () => void): void {
    const body = this.#code;
    this.#code = new ByteWriter(256);
    emit();
    this.#start = this.#code;
    this.#code = body;
  }

  // --- Locals

  /** A local that holds whatever it last held; it is reused after the enclosing `scope`. */
  local(type: ValueType): Local {
    const free = this.#free.get(type)?.pop();
    const local = free ?? new Local(type, this.parameters.length + this.#locals.length);
    if (free === undefined) this.#locals.push(type);
    this.#inScope.push(local);
    return local;
  }

  /** A local that stays itself until the function ends, wherever it is made. */
  fixedLocal(type: ValueType): Local {
    const local = new Local(type, this.parameters.length + this.#locals.length);
    this.#locals.push(type);
    return local;
  }

  /** Computes `value` now and keeps it in a local. Constants stay constants. */
  let(value: Value): Value {
    if (value.literal !== undefined) return value;
    const local = this.variable(value);
    const { root, delta, facts } = value;
    return root === 0 && facts === 0 ? local : local.known(root, delta, facts);
  }

  /** A local that starts as `value` and will be set again. */
  variable(value: Value): Local {
    const local = this.local(value.type);
    this.set(local, value);
    return local;
  }

  /** Locals made inside are reused afterwards. */
  scope(body: () => void): void {
    const outer = this.#inScope;
    this.#inScope = [];
    body();
    for (const local of this.#inScope) {
      const free = this.#free.get(local.type);
      if (free === undefined) this.#free.set(local.type, [local]);
      else free.push(local);
    }
    this.#inScope = outer;
  }

  set(local: Local, value: Value): void {
    if (value.type !== local.type) throw new Error(`set: ${local.type} given ${value.type}`);
    value.emit(this.#code);
    this.#code.u8(0x21);
    this.#code.u32(local.index);
  }

  // --- Control

  /** Runs `body` once; a branch to its label leaves it. */
  block(body: (label: Label) => void): void {
    this.#nest(0x02, body);
  }

  /** A branch to the label of a loop repeats it; falling off its end leaves it. */
  loop(body: (label: Label) => void): void {
    this.#nest(0x03, body);
  }

  #nest(code: number, body: (label: Label) => void): void {
    this.#code.u8(code);
    this.#code.u8(0x40);
    this.#depth++;
    body({ depth: this.#depth });
    this.#depth--;
    this.#code.u8(0x0b);
  }

  if(condition: Value, then: () => void, otherwise?: () => void): void {
    condition.emit(this.#code);
    this.#code.u8(0x04);
    this.#code.u8(0x40);
    this.#depth++;
    then();
    if (otherwise !== undefined) {
      this.#code.u8(0x05);
      otherwise();
    }
    this.#depth--;
    this.#code.u8(0x0b);
  }

  br(label: Label): void {
    this.#code.u8(0x0c);
    this.#code.u32(this.#depth - label.depth);
  }

  brIf(label: Label, condition: Value): void {
    condition.emit(this.#code);
    this.#code.u8(0x0d);
    this.#code.u32(this.#depth - label.depth);
  }

  brTable(index: Value, labels: readonly Label[], otherwise: Label): void {
    index.emit(this.#code);
    this.#code.u8(0x0e);
    this.#code.u32(labels.length);
    for (const label of labels) this.#code.u32(this.#depth - label.depth);
    this.#code.u32(this.#depth - otherwise.depth);
  }

  return(...values: (Value | number)[]): void {
    for (const value of values) (typeof value === "number" ? i32(value) : value).emit(this.#code);
    this.#code.u8(0x0f);
  }

  unreachable(): void {
    this.#code.u8(0x00);
  }

  // --- Memory

  /** Stores `value` at `address` + `offset`; `suffix` narrows ("8", "16", "32"). */
  store(address: Value, value: Value, offset: Offset = 0, suffix = ""): void {
    const { name, prefix, code } = storeOf(value.type, suffix);
    if (address.type !== "i32") throw new Error(`${name}: the address must be i32`);
    address.emit(this.#code);
    value.emit(this.#code);
    if (prefix >= 0) this.#code.u8(prefix);
    this.#code.u8(code);
    this.#code.u8(0);
    writeOffset(this.#code, offset);
  }

  /** `memory.fill` of `length` bytes. */
  fill(address: Value, byte: Value, length: Value): void {
    for (const value of [address, byte, length]) value.emit(this.#code);
    this.#code.bytes([0xfc, 11, 0]);
  }

  /** `memory.copy`; the areas may overlap. */
  copy(to: Value, from: Value, length: Value): void {
    for (const value of [to, from, length]) value.emit(this.#code);
    this.#code.bytes([0xfc, 10, 0, 0]);
  }

  // --- Calls

  /** The value of a call of a function with one result. */
  call(callee: Helper | FunctionRef, ...operands: (Value | number)[]): Value {
    const target = "index" in callee ? callee : this.module.use(callee);
    const values = callOperands(target, operands);
    if (target.results.length !== 1) {
      throw new Error(`${target.name} gives ${target.results.length} results, not one`);
    }
    return emitted(target.results[0] as ValueType, (out) => {
      for (const value of values) value.emit(out);
      out.u8(0x10);
      out.u32(target.index);
    });
  }

  /** Calls now; the results, if any, go to `into`, the last one to the last local. */
  do(callee: Helper | FunctionRef, operands: readonly (Value | number)[], into?: Local[]): void {
    const target = "index" in callee ? callee : this.module.use(callee);
    for (const value of callOperands(target, operands)) value.emit(this.#code);
    this.#code.u8(0x10);
    this.#code.u32(target.index);
    for (let i = target.results.length - 1; i >= 0; i--) {
      const local = into?.[i];
      if (local === undefined) {
        this.#code.u8(0x1a);
      } else {
        this.#code.u8(0x21);
        this.#code.u32(local.index);
      }
    }
  }

  /** The value of a call through table 0. */
  callIndirect(
    parameters: readonly ValueType[],
    result: ValueType,
    index: Value,
    ...operands: Value[]
  ): Value {
    const type = this.module.typeIndex(parameters, [result]);
    return emitted(result, (out) => {
      for (const operand of operands) operand.emit(out);
      index.emit(out);
      out.u8(0x11);
      out.u32(type);
      out.u32(0);
    });
  }

  drop(value: Value): void {
    value.emit(this.#code);
    this.#code.u8(0x1a);
  }
}

function callOperands(target: FunctionRef, operands: readonly (Value | number)[]): Value[] {
  if (operands.length !== target.parameters.length) {
    throw new Error(
      `${target.name} takes ${target.parameters.length} operands, ${operands.length} given`,
    );
  }
  return operands.map((operand, i) => {
    const value = typeof operand === "number" ? i32(operand) : operand;
    if (value.type !== target.parameters[i]) {
      throw new Error(
        `${target.name}: operand ${i} must be ${target.parameters[i]}, not ${value.type}`,
      );
    }
    return value;
  });
}
