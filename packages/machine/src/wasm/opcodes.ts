// SPDX-License-Identifier: MPL-2.0

/**
 * Operation numbers of WebAssembly by their text-format names, as the core
 * specification 2.0 (chapter "Instructions", binary format) lists them.
 */

export type ValueType = "i32" | "i64" | "f32" | "f64" | "v128";

export const TYPE_CODE: Readonly<Record<ValueType, number>> = {
  i32: 0x7f,
  i64: 0x7e,
  f32: 0x7d,
  f64: 0x7c,
  v128: 0x7b,
};

/** What an operation takes and gives, and how it is encoded: `prefix` is -1, 0xfc or 0xfd. */
export interface Operation {
  readonly name: string;
  readonly prefix: number;
  readonly code: number;
  readonly result: ValueType;
  /** What the first operand must be, and the others. */
  readonly first: ValueType;
  readonly rest: ValueType;
}

const table = new Map<string, Operation>();

function add(name: string, prefix: number, code: number, result: ValueType): void {
  const [first, rest] = operandTypes(name);
  table.set(name, { name, prefix, code, result, first, rest });
}

/** Shifts of vectors and splats take scalars, conversions name their source. */
function operandTypes(name: string): [first: ValueType, rest: ValueType] {
  const [shape = "", operation = ""] = name.split(".");
  const vector = /^([if])(8|16|32|64)x|^v128/.test(shape);
  if (operation === "splat") {
    const lane = /^i(8|16)/.test(shape) ? "i32" : (shape.slice(0, 3) as ValueType);
    return [lane, lane];
  }
  if (vector) return ["v128", /^sh[lr]/.test(operation) ? "i32" : "v128"];
  const source = /_([if](?:32|64))(?:_[su])?$/.exec(operation);
  const type = (source?.[1] ?? shape) as ValueType;
  return [type, type];
}

function run(type: ValueType, first: number, names: string, result: ValueType = type): void {
  names.split(" ").forEach((name, i) => add(`${type}.${name}`, -1, first + i, result));
}

const INTEGER_TESTS = "eqz eq ne lt_s lt_u gt_s gt_u le_s le_u ge_s ge_u";
const INTEGER_MATH =
  "clz ctz popcnt add sub mul div_s div_u rem_s rem_u and or xor shl shr_s shr_u rotl rotr";
const FLOAT_TESTS = "eq ne lt gt le ge";
const FLOAT_MATH = "abs neg ceil floor trunc nearest sqrt add sub mul div min max copysign";

run("i32", 0x45, INTEGER_TESTS, "i32");
run("i64", 0x50, INTEGER_TESTS, "i32");
run("f32", 0x5b, FLOAT_TESTS, "i32");
run("f64", 0x61, FLOAT_TESTS, "i32");
run("i32", 0x67, INTEGER_MATH);
run("i64", 0x79, INTEGER_MATH);
run("f32", 0x8b, FLOAT_MATH);
run("f64", 0x99, FLOAT_MATH);
(
  "i32.wrap_i64 i32.trunc_f32_s i32.trunc_f32_u i32.trunc_f64_s i32.trunc_f64_u " +
  "i64.extend_i32_s i64.extend_i32_u i64.trunc_f32_s i64.trunc_f32_u i64.trunc_f64_s i64.trunc_f64_u " +
  "f32.convert_i32_s f32.convert_i32_u f32.convert_i64_s f32.convert_i64_u f32.demote_f64 " +
  "f64.convert_i32_s f64.convert_i32_u f64.convert_i64_s f64.convert_i64_u f64.promote_f32 " +
  "i32.reinterpret_f32 i64.reinterpret_f64 f32.reinterpret_i32 f64.reinterpret_i64 " +
  "i32.extend8_s i32.extend16_s i64.extend8_s i64.extend16_s i64.extend32_s"
)
  .split(" ")
  .forEach((name, i) => add(name, -1, 0xa7 + i, name.slice(0, 3) as ValueType));
(
  "i32.trunc_sat_f32_s i32.trunc_sat_f32_u i32.trunc_sat_f64_s i32.trunc_sat_f64_u " +
  "i64.trunc_sat_f32_s i64.trunc_sat_f32_u i64.trunc_sat_f64_s i64.trunc_sat_f64_u"
)
  .split(" ")
  .forEach((name, i) => add(name, 0xfc, i, name.slice(0, 3) as ValueType));

// SIMD: `first` then consecutive numbers; "-" leaves one out.
function simd(first: number, shape: string, names: string): void {
  names.split(" ").forEach((name, i) => {
    if (name === "-") return;
    const scalar = /^(all_true|any_true|bitmask)$/.test(name);
    add(`${shape}.${name}`, 0xfd, first + i, scalar ? "i32" : "v128");
  });
}

const SIMD_TESTS = "eq ne lt_s lt_u gt_s gt_u le_s le_u ge_s ge_u";
["i8x16", "i16x8", "i32x4", "i64x2", "f32x4", "f64x2"].forEach((s, i) => simd(15 + i, s, "splat"));
simd(14, "i8x16", "swizzle");
simd(35, "i8x16", SIMD_TESTS);
simd(45, "i16x8", SIMD_TESTS);
simd(55, "i32x4", SIMD_TESTS);
simd(65, "f32x4", FLOAT_TESTS);
simd(71, "f64x2", FLOAT_TESTS);
simd(77, "v128", "not and andnot or xor bitselect any_true");
simd(94, "f32x4", "demote_f64x2_zero");
simd(95, "f64x2", "promote_low_f32x4");
simd(96, "i8x16", "abs neg popcnt all_true bitmask narrow_i16x8_s narrow_i16x8_u");
simd(103, "f32x4", "ceil floor trunc nearest");
simd(
  107,
  "i8x16",
  "shl shr_s shr_u add add_sat_s add_sat_u sub sub_sat_s sub_sat_u - - min_s min_u max_s max_u - avgr_u",
);
simd(116, "f64x2", "ceil floor - - - - trunc");
simd(124, "i16x8", "extadd_pairwise_i8x16_s extadd_pairwise_i8x16_u");
simd(126, "i32x4", "extadd_pairwise_i16x8_s extadd_pairwise_i16x8_u");
simd(
  128,
  "i16x8",
  "abs neg q15mulr_sat_s all_true bitmask narrow_i32x4_s narrow_i32x4_u extend_low_i8x16_s " +
    "extend_high_i8x16_s extend_low_i8x16_u extend_high_i8x16_u shl shr_s shr_u add add_sat_s add_sat_u " +
    "sub sub_sat_s sub_sat_u - mul min_s min_u max_s max_u - avgr_u extmul_low_i8x16_s " +
    "extmul_high_i8x16_s extmul_low_i8x16_u extmul_high_i8x16_u",
);
simd(148, "f64x2", "nearest");
simd(
  160,
  "i32x4",
  "abs neg - all_true bitmask - - extend_low_i16x8_s extend_high_i16x8_s extend_low_i16x8_u " +
    "extend_high_i16x8_u shl shr_s shr_u add - - sub - - - mul min_s min_u max_s max_u dot_i16x8_s - " +
    "extmul_low_i16x8_s extmul_high_i16x8_s extmul_low_i16x8_u extmul_high_i16x8_u",
);
simd(
  192,
  "i64x2",
  "abs neg - all_true bitmask - - extend_low_i32x4_s extend_high_i32x4_s extend_low_i32x4_u " +
    "extend_high_i32x4_u shl shr_s shr_u add - - sub - - - mul eq ne lt_s gt_s le_s ge_s " +
    "extmul_low_i32x4_s extmul_high_i32x4_s extmul_low_i32x4_u extmul_high_i32x4_u",
);
simd(224, "f32x4", "abs neg - sqrt add sub mul div min max pmin pmax");
simd(236, "f64x2", "abs neg - sqrt add sub mul div min max pmin pmax");
simd(248, "i32x4", "trunc_sat_f32x4_s trunc_sat_f32x4_u");
simd(250, "f32x4", "convert_i32x4_s convert_i32x4_u");
simd(252, "i32x4", "trunc_sat_f64x2_s_zero trunc_sat_f64x2_u_zero");
simd(254, "f64x2", "convert_low_i32x4_s convert_low_i32x4_u");

/** Lane operations take an immediate lane number. */
export const LANE: Readonly<Record<string, readonly [code: number, result: ValueType]>> = {
  "i8x16.extract_lane_s": [21, "i32"],
  "i8x16.extract_lane_u": [22, "i32"],
  "i8x16.replace_lane": [23, "v128"],
  "i16x8.extract_lane_s": [24, "i32"],
  "i16x8.extract_lane_u": [25, "i32"],
  "i16x8.replace_lane": [26, "v128"],
  "i32x4.extract_lane": [27, "i32"],
  "i32x4.replace_lane": [28, "v128"],
  "i64x2.extract_lane": [29, "i64"],
  "i64x2.replace_lane": [30, "v128"],
  "f32x4.extract_lane": [31, "f32"],
  "f32x4.replace_lane": [32, "v128"],
  "f64x2.extract_lane": [33, "f64"],
  "f64x2.replace_lane": [34, "v128"],
};

/** Loads and stores: operation number and, for a load, what it gives. SIMD ones have prefix 0xfd. */
const LOAD: Readonly<Record<string, readonly [prefix: number, code: number, ValueType]>> = {
  "i32.load": [-1, 0x28, "i32"],
  "i64.load": [-1, 0x29, "i64"],
  "f32.load": [-1, 0x2a, "f32"],
  "f64.load": [-1, 0x2b, "f64"],
  "i32.load8_s": [-1, 0x2c, "i32"],
  "i32.load8_u": [-1, 0x2d, "i32"],
  "i32.load16_s": [-1, 0x2e, "i32"],
  "i32.load16_u": [-1, 0x2f, "i32"],
  "i64.load8_s": [-1, 0x30, "i64"],
  "i64.load8_u": [-1, 0x31, "i64"],
  "i64.load16_s": [-1, 0x32, "i64"],
  "i64.load16_u": [-1, 0x33, "i64"],
  "i64.load32_s": [-1, 0x34, "i64"],
  "i64.load32_u": [-1, 0x35, "i64"],
  "v128.load": [0xfd, 0, "v128"],
  "v128.load8x8_s": [0xfd, 1, "v128"],
  "v128.load8x8_u": [0xfd, 2, "v128"],
  "v128.load16x4_s": [0xfd, 3, "v128"],
  "v128.load16x4_u": [0xfd, 4, "v128"],
  "v128.load32x2_s": [0xfd, 5, "v128"],
  "v128.load32x2_u": [0xfd, 6, "v128"],
  "v128.load8_splat": [0xfd, 7, "v128"],
  "v128.load16_splat": [0xfd, 8, "v128"],
  "v128.load32_splat": [0xfd, 9, "v128"],
  "v128.load64_splat": [0xfd, 10, "v128"],
  "v128.load32_zero": [0xfd, 92, "v128"],
  "v128.load64_zero": [0xfd, 93, "v128"],
};

const STORE: Readonly<Record<string, readonly [prefix: number, code: number]>> = {
  "i32.store": [-1, 0x36],
  "i64.store": [-1, 0x37],
  "f32.store": [-1, 0x38],
  "f64.store": [-1, 0x39],
  "i32.store8": [-1, 0x3a],
  "i32.store16": [-1, 0x3b],
  "i64.store8": [-1, 0x3c],
  "i64.store16": [-1, 0x3d],
  "i64.store32": [-1, 0x3e],
  "v128.store": [0xfd, 11],
};

const byType: Readonly<Record<ValueType, Map<string, Operation>>> = {
  i32: new Map(),
  i64: new Map(),
  f32: new Map(),
  f64: new Map(),
  v128: new Map(),
};

/** The operation called `type`.`name`. */
export function operationOf(type: ValueType, name: string): Operation {
  const known = byType[type].get(name);
  if (known !== undefined) return known;
  const found = operation(`${type}.${name}`);
  byType[type].set(name, found);
  return found;
}

/** The operation called `name` ("i64.add", "f64x2.mul"…). */
export function operation(name: string): Operation {
  const found = table.get(name);
  if (found === undefined) throw new Error(`WebAssembly has no operation "${name}"`);
  return found;
}

export interface LoadOperation {
  readonly name: string;
  readonly prefix: number;
  readonly code: number;
  readonly result: ValueType;
}

export type StoreOperation = Omit<LoadOperation, "result">;

/** What `make` gives for a type and a suffix, made once. */
function byName<T>(make: (type: ValueType, suffix: string) => T): (t: ValueType, s: string) => T {
  const known: Readonly<Record<ValueType, Map<string, T>>> = {
    i32: new Map(),
    i64: new Map(),
    f32: new Map(),
    f64: new Map(),
    v128: new Map(),
  };
  return (type, suffix) => {
    let found = known[type].get(suffix);
    if (found === undefined) known[type].set(suffix, (found = make(type, suffix)));
    return found;
  };
}

function missing(name: string): Error {
  return new Error(`WebAssembly has no operation "${name}"`);
}

/** The load of a type; `suffix` is the part after "load" of the text format. */
export const loadOf: (type: ValueType, suffix: string) => LoadOperation = byName((type, suffix) => {
  const name = `${type}.load${suffix}`;
  const found = LOAD[name];
  if (found === undefined) throw missing(name);
  const [prefix, code, result] = found;
  return { name, prefix, code, result };
});

/** The store of a type; `suffix` is the part after "store". */
export const storeOf: (type: ValueType, suffix: string) => StoreOperation = byName(
  (type, suffix) => {
    const name = `${type}.store${suffix}`;
    const found = STORE[name];
    if (found === undefined) throw missing(name);
    return { name, prefix: found[0], code: found[1] };
  },
);
