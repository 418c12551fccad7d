// SPDX-License-Identifier: MPL-2.0
// What a function's bytecode does, before code is made of it: its operations with their operands,
// where jumps lead, and what lies on the operand stack at each place.

import type { Opcode } from "./opcodes.ts";

export interface Operation {
  /** Where it stands, and where the next one does. */
  readonly at: number;
  readonly next: number;
  readonly opcode: Opcode;
  /** Without the number that short forms have in their name: `get_loc` for `get_loc2`. */
  readonly name: string;
  /** The number of the variable, argument or constant, or how many arguments a call has. */
  readonly operand: number;
  /** Where a jump leads; -1 of others. */
  readonly target: number;
}

/** On the operand stack: a value, or the mark of a handler (0: of an iterator that is to be closed). */
export type Slot = "value" | number;

export interface Flow {
  readonly operations: readonly Operation[];
  /** By place: the stack before the operation; places that are never reached are absent. */
  readonly stacks: ReadonlyMap<number, readonly Slot[]>;
  /** Places that are reached otherwise than from the operation before. */
  readonly joins: ReadonlySet<number>;
  /** Where a `ret` may lead. */
  readonly returns: readonly number[];
}

/** Operations that only move what is on the stack: how many, and which of them are there afterwards. */
export const MOVES: ReadonlyMap<string, readonly [count: number, order: readonly number[]]> =
  new Map([
    ["drop", [1, []]],
    ["nip", [2, [1]]],
    ["nip1", [3, [1, 2]]],
    ["dup", [1, [0, 0]]],
    ["dup1", [2, [0, 0, 1]]],
    ["dup2", [2, [0, 1, 0, 1]]],
    ["dup3", [3, [0, 1, 2, 0, 1, 2]]],
    ["insert2", [2, [1, 0, 1]]],
    ["insert3", [3, [2, 0, 1, 2]]],
    ["insert4", [4, [3, 0, 1, 2, 3]]],
    ["perm3", [3, [1, 0, 2]]],
    ["perm4", [4, [2, 0, 1, 3]]],
    ["perm5", [5, [3, 0, 1, 2, 4]]],
    ["swap", [2, [1, 0]]],
    ["swap2", [4, [2, 3, 0, 1]]],
    ["rot3l", [3, [1, 2, 0]]],
    ["rot3r", [3, [2, 0, 1]]],
    ["rot4l", [4, [1, 2, 3, 0]]],
    ["rot5l", [5, [1, 2, 3, 4, 0]]],
  ]);

/** After these the next operation is not reached from here. */
const ENDS: ReadonlySet<string> = new Set([
  ...["goto", "return", "return_undef", "tail_call", "tail_call_method"],
  ...["throw", "throw_error", "ret"],
]);

/** Undefined when the stack differs between ways to the same place, which the engine never makes. */
export function analyze(operations: readonly Operation[]): Flow | undefined {
  const byPlace = new Map(operations.map((operation) => [operation.at, operation]));
  const stacks = new Map<number, readonly Slot[]>();
  const joins = new Set<number>();
  const returns: number[] = [];
  const waiting: number[] = [];
  let isSound = true;
  const reach = (place: number, stack: readonly Slot[], isJoin: boolean): void => {
    if (isJoin) joins.add(place);
    const known = stacks.get(place);
    if (known === undefined) {
      stacks.set(place, stack);
      waiting.push(place);
    } else if (known.length !== stack.length || known.some((slot, i) => slot !== stack[i])) {
      isSound = false;
    }
  };
  reach(0, [], false);
  while (waiting.length > 0 && isSound) {
    const at = waiting.pop() ?? 0;
    const operation = byPlace.get(at);
    const before = stacks.get(at);
    if (operation === undefined || before === undefined) return undefined;
    const after = stackAfter(operation, before);
    if (after === undefined) return undefined;
    const { name, target, next } = operation;
    if (name === "catch") {
      reach(target, [...before, "value"], true);
    } else if (name === "gosub") {
      reach(target, [...before, "value"], true);
      returns.push(next);
      reach(next, before, true);
      continue;
    } else if (target >= 0) {
      reach(target, after, true);
    }
    if (!ENDS.has(name)) reach(next, after, false);
  }
  return isSound ? { operations, stacks, joins, returns } : undefined;
}

function stackAfter(operation: Operation, before: readonly Slot[]): readonly Slot[] | undefined {
  const { name, operand, opcode } = operation;
  const move = MOVES.get(name);
  if (move !== undefined) {
    const [count, order] = move;
    if (before.length < count) return undefined;
    const moved = before.slice(before.length - count);
    return [...before.slice(0, before.length - count), ...order.map((i) => moved[i] ?? "value")];
  }
  if (name === "catch") return [...before, operation.target];
  if (name === "for_of_start") return [...before.slice(0, -1), "value", "value", 0];
  if (name === "iterator_close_return") {
    const mark = before.findLastIndex((slot) => slot !== "value");
    if (mark < 2) return undefined;
    return [...before.slice(0, mark - 2), "value", "value", "value", before[mark] ?? 0];
  }
  const [pops, pushes] = IN_PLACE.get(name) ?? [
    opcode.pops + (opcode.format.startsWith("npop") ? operand : 0),
    opcode.pushes,
  ];
  if (before.length < pops) return undefined;
  return [
    ...before.slice(0, before.length - pops),
    ...Array.from({ length: pushes }, () => "value" as const),
  ];
}

/** Operations which leave in place what quickjs-opcode.h counts as taken and given. */
const IN_PLACE: ReadonlyMap<string, readonly [pops: number, pushes: number]> = new Map([
  ["for_of_next", [0, 2]],
  ["for_in_next", [0, 2]],
  ["iterator_next", [1, 1]],
  ["iterator_call", [1, 2]],
]);

/** All operations in their order; undefined when there are bytes that are none. */
export function decode(
  code: Uint8Array,
  opcodes: readonly Opcode[],
): readonly Operation[] | undefined {
  const view = new DataView(code.buffer, code.byteOffset, code.length);
  const operations: Operation[] = [];
  for (let at = 0; at < code.length;) {
    const opcode = opcodes[code[at] ?? 0];
    if (opcode === undefined || at + opcode.size > code.length) return undefined;
    const next = at + opcode.size;
    operations.push({ at, next, opcode, ...operandsOf(opcode, view, at + 1) });
    at = next;
  }
  return operations;
}

/** Names that say a number, of the short forms. */
const SHORT =
  /^(get_loc|put_loc|set_loc|get_arg|put_arg|set_arg|get_var_ref|put_var_ref|set_var_ref|call)(\d)$/;
const WIDTHS = /^(get_loc|put_loc|set_loc|if_false|if_true|goto|push_const|fclosure)(8|16)$/;

function operandsOf(
  { name, format }: Opcode,
  view: DataView,
  at: number,
): Pick<Operation, "name" | "operand" | "target"> {
  const push = /^push_(minus1|\d|i8|i16|i32)$/.exec(name);
  const wide = WIDTHS.exec(name);
  const short = wide === null ? SHORT.exec(name) : null;
  const plain = push !== null ? "push_i32" : (wide?.[1] ?? short?.[1] ?? name);
  const of = (operand: number, target = -1) => ({ name: plain, operand, target });
  if (short !== null) return of(Number(short[2]));
  switch (format) {
    case "none_int":
      return of(push?.[1] === "minus1" ? -1 : Number(push?.[1]));
    case "u8":
    case "loc8":
    case "const8":
      return of(view.getUint8(at));
    case "i8":
      return of(view.getInt8(at));
    case "i16":
      return of(view.getInt16(at, true));
    case "u16":
    case "loc":
    case "arg":
    case "var_ref":
    case "npop":
      return of(view.getUint16(at, true));
    case "i32":
      return of(view.getInt32(at, true));
    case "u32":
    case "const":
      return of(view.getUint32(at, true));
    case "label8":
      return of(0, at + view.getInt8(at));
    case "label16":
      return of(0, at + view.getInt16(at, true));
    case "label":
      return of(0, at + view.getInt32(at, true));
    default:
      return of(0);
  }
}
