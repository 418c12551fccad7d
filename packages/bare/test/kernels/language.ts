// SPDX-License-Identifier: MPL-2.0
// What a script does, told on the console: the same whether its functions are interpreted or
// compiled. Each part runs three times, so that caches are empty, filled, and used.

import { takeNative } from "../../src/guest/native.ts";

const native = takeNative();

function say(text: string): void {
  for (const character of `${text}\n`) native.consoleWrite(character.charCodeAt(0) & 0xff);
}

function show(value: unknown): string {
  if (typeof value === "bigint") return `${value}n`;
  if (typeof value === "number") return Object.is(value, -0) ? "-0" : String(value);
  if (typeof value === "string") return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(show).join(",")}]`;
  if (value instanceof Error) return `${value.name}: ${value.message}\n${value.stack ?? ""}`;
  if (typeof value === "object" && value !== null) {
    return `{${Object.entries(value)
      .map(([key, one]) => `${key}:${show(one)}`)
      .join(",")}}`;
  }
  return String(value);
}

const NUMBERS = [
  0,
  -0,
  1,
  -1,
  7,
  31,
  32,
  2 ** 31 - 1,
  -(2 ** 31),
  2 ** 31,
  2 ** 53,
  0.5,
  NaN,
  Infinity,
];

function arithmetic(x: number, y: number): unknown[] {
  let more = x;
  more++;
  let less = y;
  --less;
  const results = [x + y, x - y, x * y, x / y, x % y, x ** 2, x & y, x | y, x ^ y, x << y, x >> y];
  return [...results, x >>> y, -x, ~x, +x, more, less, x < y, x <= y, x > y, x >= y, x === y];
}

function mixed(x: unknown, y: unknown): unknown[] {
  const a = x as number;
  const b = y as number;
  return [a + b, a < b, a == b, a === b, a !== b, !a, typeof a, a == null, a === undefined];
}

class Base {
  static made = 0;
  plain = 1;
  #hidden = 2;
  constructor(first: number) {
    this.plain = first;
    Base.made += 1;
  }
  get twice(): number {
    return this.#hidden * 2;
  }
  set twice(value: number) {
    this.#hidden = value;
  }
  name(): string {
    return `base ${this.plain}`;
  }
  #secret(): number {
    return this.#hidden;
  }
  tell(): number {
    return this.#secret();
  }
}

class Derived extends Base {
  extra: number | undefined;
  constructor(first: number) {
    super(first);
    if (first > 1) this.extra = first;
  }
  override name(): string {
    return `derived of ${super.name()}`;
  }
}

/** `super()` as often as asked for; once is right. */
class Again extends Base {
  constructor(times: number) {
    for (let i = 0; i < times; i++) super(i);
  }
}

function made(times: number): string {
  try {
    return new Again(times).name();
  } catch (error) {
    return String(error);
  }
}

function objects(): unknown[] {
  const out: unknown[] = [made(0), made(1), made(2)];
  for (const one of [new Base(1), new Derived(1), new Derived(2), new Base(3)]) {
    one.twice = one.plain + 10;
    out.push(one.name(), one.twice, one.tell(), "extra" in one, one instanceof Derived, one);
  }
  return out;
}

function read(object: { x?: unknown }): unknown {
  return object.x;
}

function write(object: { x?: unknown }, value: unknown): void {
  object.x = value;
}

/** Objects change under caches. */
function changes(): unknown[] {
  const prototype: { x?: unknown; y?: number } = { x: "of prototype" };
  const object = Object.create(prototype) as { x?: unknown; y?: number };
  const out: unknown[] = [read(object), read(object)];
  prototype.x = "another";
  out.push(read(object));
  write(object, "own");
  out.push(read(object), read(prototype));
  delete object.x;
  out.push(read(object));
  delete prototype.x;
  out.push(read(object));
  Object.defineProperty(prototype, "x", { get: () => "got", configurable: true });
  out.push(read(object), read(object));
  out.push(attempt(() => write(object, 1)));
  const other = { y: 1 } as { x?: unknown };
  Object.setPrototypeOf(other, { x: "set" });
  out.push(read(other), read(other));
  Object.setPrototypeOf(other, null);
  out.push(read(other));
  const frozen = Object.freeze({ x: 1 });
  out.push(
    attempt(() => write(frozen, 2)),
    read(frozen),
  );
  out.push(attempt(() => write(Object.preventExtensions({}), 2)));
  const added = [{}, {}, {}].map((one: { x?: unknown }) => (write(one, 5), one));
  out.push(
    added,
    read("text" as never),
    attempt(() => read(undefined as never)),
  );
  return out;
}

function attempt(action: () => unknown): unknown {
  try {
    return action();
  } catch (error) {
    return error;
  }
}

function finallyPaths(kind: number): string {
  let trace = "";
  for (let i = 0; i < 3; i++) {
    try {
      trace += `t${i}`;
      if (kind === 0) continue;
      if (kind === 1) break;
      if (kind === 2) return `${trace} returned`;
      if (kind === 3) throw new Error("thrown");
      trace += "+";
    } catch (error) {
      trace += show((error as Error).message);
      if (i === 1) throw error;
    } finally {
      trace += "f";
      if (kind === 4 && i === 1) trace += "!";
    }
  }
  return trace;
}

function closing(log: string[]): Iterable<number> {
  return {
    [Symbol.iterator]: () => {
      let n = 0;
      return {
        next: () => ({ done: n >= 4, value: n++ }),
        return: () => {
          log.push(`closed at ${n}`);
          return { done: true, value: undefined };
        },
      };
    },
  };
}

function iterators(how: number): unknown[] {
  const log: string[] = [];
  const find = (): number => {
    for (const value of closing(log)) {
      for (const inner of closing(log)) {
        if (how === 0 && inner === 2) return value * 10 + inner;
        if (how === 1 && inner === 1) break;
        if (how === 2 && value === 1) throw new Error("in a loop");
      }
    }
    return -1;
  };
  const found = attempt(find);
  const [first, ...rest] = closing(log);
  return [found, first, rest, log];
}

function closures(): unknown[] {
  const functions: (() => number)[] = [];
  for (let i = 0; i < 3; i++) functions.push(() => i++);
  let shared = 10;
  const add = (n: number): number => (shared += n);
  // The call changes what was read before it.
  const sum = shared + add(5) + shared;
  return [
    functions.map((one) => one() + one()),
    sum,
    shared,
    later(),
    parameters(1),
    parameters(1, 2, 3),
  ];
}

function later(): string {
  return attempt(() => {
    const read2 = (): number => value;
    const early = attempt(read2);
    const value = 3;
    return `${early instanceof ReferenceError} ${read2()}`;
  }) as string;
}

function parameters(a: number, b: number = a + 1, ...rest: number[]): unknown[] {
  const before = [a, b];
  a = 100;
  b += a;
  // oxlint-disable-next-line prefer-rest-params
  return [before, a, b, rest, arguments.length, ((one = a) => one)()];
}

function elements(): unknown[] {
  const words = new Int32Array(4);
  const bytes = new Uint8Array(4);
  const unsigned = new Uint32Array(2);
  const list: unknown[] = [1, "two", { three: 3 }];
  for (const [i, value] of [1, -1, 2 ** 32 - 1, 300].entries()) {
    words[i] = value;
    bytes[i] = value;
    unsigned[i] = value;
    list[i + 1] = value + 0.5;
  }
  const key = "1";
  return [
    ...[
      [...words],
      [...bytes],
      [...unsigned],
      list,
      list.length,
      words.length,
      words[7],
      bytes[-1],
    ],
    ...NUMBERS.map((half) => [words[half * 2], list[half * 2], (words[half / 0.5] = half * 3)]),
    [...words],
    ...[list[key as never], "text"[2], "text".length, (words as never)["length"], list[1.5]],
  ];
}

function deep(n: number): number {
  return 1 + deep(n + 1);
}

function fails(n: number): never {
  if (n > 0) fails(n - 1);
  const nothing: { property: number } = undefined as never;
  throw new Error(String(nothing.property));
}

function strings(): unknown[] {
  let text = "";
  for (let i = 0; i < 5; i++) text += i % 2 === 0 ? i : `<${i}>`;
  const { length, [2]: third, ...others } = { length: 1, 2: "c", z: [1], ...{ q: null } };
  const maybe = (others as { no?: { such: number } }).no?.such ?? "none";
  return [text, length, third, others, maybe, `${1n + 2n ** 70n}`, 5n < 6, 5n == (5 as never)];
}

const LIMIT = 4096;
const HUGE = 0x8000_0000_0000;
// What is assigned sometimes only, or more than once, is no constant.
var sometimes: number | undefined;
if (NUMBERS.length > 100) sometimes = 5;
let twice = 7;
if (NUMBERS.length > 1) twice = 8;

function constants(x: number): unknown[] {
  const bounds = [x < HUGE, x >= HUGE, x < LIMIT, x === LIMIT, LIMIT < x, x * HUGE, x - LIMIT];
  return [...bounds, sometimes, twice, -HUGE, HUGE / LIMIT];
}

function makeSecret(): { readonly of: (x: number) => unknown } {
  class Secret {
    readonly #first: number;
    #second = "s";
    #third: unknown = undefined;
    constructor(x: number) {
      this.#first = x;
    }
    change(): unknown[] {
      this.#second += this.#first;
      this.#third = { [this.#second]: this.#first, plain: 1, get: 2 };
      return [this.#first, this.#second, this.#third, #first in this];
    }
    static readsOther(other: object): unknown {
      return (other as Secret).#first;
    }
  }
  return { of: (x) => [new Secret(x).change(), attempt(() => Secret.readsOther({}))] };
}

/** Objects made at one place: with the same shape, with another prototype, frozen and with a setter. */
function additions(): unknown[] {
  const literals = [1, 2, 3].map((x) => ({ x, y: x, x2: { x } }));
  const proto = { set x(_value: number) {} };
  const heirs = [1, 2].map((x) => ({ __proto__: proto, x }));
  const grown = [{}, {}, Object.preventExtensions({}), Object.create({ z: 1 }) as object].map(
    (one) => attempt(() => Object.assign(one, { z: 5 })),
  );
  const twiceNamed = { a: 1, b: 2, ["a"]: 3 };
  return [literals, heirs.map((one) => Object.keys(one)), grown, twiceNamed];
}

const PARTS: readonly (() => unknown)[] = [
  () => NUMBERS.map((x) => NUMBERS.map((y) => arithmetic(x, y))),
  () =>
    [1, "1", "a", null, undefined, true, 3n].map((x) =>
      ["1", 1, null, 3n].map((y) => attempt(() => mixed(x, y))),
    ),
  objects,
  changes,
  () => [0, 1, 2, 3, 4].map((kind) => attempt(() => finallyPaths(kind))),
  () => [0, 1, 2, 3].map(iterators),
  closures,
  elements,
  strings,
  () => [...NUMBERS, LIMIT, HUGE, -HUGE].map(constants),
  () => [makeSecret(), makeSecret()].map(({ of }) => [of(1), of(2)]),
  additions,
  () => attempt(() => deep(0)) instanceof Error,
  () => attempt(() => fails(2)),
];
for (const [number, part] of PARTS.entries()) {
  for (let round = 0; round < 3; round++) say(`${number}.${round} ${show(part())}`);
}
native.stop(0x10);
