// SPDX-License-Identifier: MPL-2.0

/**
 * Which micro-ops have their code inside the interpreter's loop; the others are functions that the loop calls, which
 * costs about 3 ns. Chosen from profiles of busybox (gzip, sort, awk, sed, grep, checksums) and of
 * C programs with glibc and musl: `bench/program.mjs --profile`.
 */

/**
 * Bytes of WebAssembly that the loop may have. V8 gives functions with more than 8192 virtual registers a cheaper
 * register allocator, and the interpreter is half as fast then (seen at 46,000 bytes with V8 11.3).
 */
export const MAX_LOOP_BYTES = 45_000;

const both = (...patterns: string[]): string[] =>
  patterns.flatMap((p) => [p.replaceAll("#", "4"), p.replaceAll("#", "8")]);

const jumps = (conditions: string): string[] => conditions.split(" ").map((cc) => `j${cc}`);

/** Keys of shapes, by what compilers emit most. */
export const HOT: readonly string[] = [
  ...both(
    "mov r#,r#",
    "mov r#,m#",
    "mov m#,r#",
    "mov r#,i#",
    "mov m#,i#",
    "lea r#,m",
    "movzx r#,r1",
    "movzx r#,m1",
    "movzx r#,m2",
    "add r#,r#",
    "add r#,i#",
    "add r#,m#",
    "add m#,r#",
    "add m#,i#",
    "sub r#,r#",
    "sub r#,i#",
    "sub r#,m#",
    "and r#,r#",
    "and r#,i#",
    "or r#,r#",
    "or r#,m#",
    "xor r#,r#",
    "xor r#,m#",
    "cmp r#,r#",
    "cmp r#,i#",
    "cmp r#,m#",
    "cmp m#,i#",
    "cmp m#,r#",
    "test r#,r#",
    "test r#,i#",
    "shl r#,i1",
    "shr r#,i1",
    "sar r#,i1",
    "imul2 r#,r#",
    "imul3 r#,r#,i#",
    "inc r#",
    "dec r#",
    "cmove r#,r#",
    "cmovne r#,r#",
    "cmovb r#,r#",
  ),
  "mov r1,m1",
  "mov m1,r1",
  "mov m1,i1",
  "mov r1,r1",
  "mov r1,i1",
  "mov m2,r2",
  "mov r2,m2",
  "movsx r8,r4",
  "movsx r8,m4",
  "movsx r4,r1",
  "movsx r4,m1",
  "movsx r8,m1",
  "movzx r4,r2",
  "cbw r8",
  "not r4",
  "rol r4,i1",
  "ror r4,i1",
  "or r8,i8",
  "or r4,i4",
  "bt m4,i1",
  "cmovae r4,r4",
  "sbb r4,r4",
  "cmp r1,i1",
  "cmp m1,i1",
  "cmp r1,m1",
  "cmp r1,r1",
  "cmp m1,r1",
  "test r1,r1",
  "test m1,i1",
  "test r1,i1",
  "sete r1",
  "setne r1",
  "push r8",
  "pop r8",
  "leave r8",
  "call i8",
  "callIndirect r8",
  "callIndirect m8",
  "ret",
  "jmp i8",
  "jmpIndirect r8",
  "jmpIndirect m8",
  ...jumps("b ae e ne be a s ns l ge le g").map((j) => `${j} i8`),
  "movdqu x16,m16",
  "movups x16,m16",
  "movups m16,x16",
  "movdqa x16,m16",
  "movdqa x16,x16",
  "pxor x16,x16",
  "pcmpeqb x16,x16",
  "pmovmskb r4,x16",
  // glibc's and musl's string functions, with the above.
  "por x16,x16",
  "pand x16,x16",
  "pminub x16,x16",
  "pcmpeqb x16,m16",
  "movd.load x16,r4",
  "punpcklbw x16,x16",
  "punpcklwd x16,x16",
  "pshufd x16,x16,i1",
  "movaps m16,x16",
  "movdqu m16,x16",
  "bsf r4,r4",
  "movaps x16,x16",
  "movsd.x x8,m8",
  "movsd.store m8,x8",
  "addsd x8,x8",
  "addsd x8,m8",
  "subsd x8,x8",
  "subsd x8,m8",
  "mulsd x8,x8",
  "mulsd x8,m8",
];

interface Fused {
  readonly compare: string;
  readonly conditions: readonly string[];
}

const fuse = (compares: readonly string[], conditions: string): Fused[] =>
  compares.map((compare) => ({ compare, conditions: jumps(conditions) }));

/** Instructions that make one micro-op with the conditional jump behind them. */
export const FUSED: readonly Fused[] = [
  ...fuse(both("cmp r#,r#", "cmp r#,i#"), "b ae e ne be a l ge le g"),
  ...fuse(both("cmp r#,m#", "cmp m#,r#"), "e ne b ae"),
  ...fuse(both("cmp m#,i#"), "e ne g le"),
  ...fuse(both("test r#,r#"), "e ne s ns le g"),
  ...fuse(both("sub r#,i#", "dec r#", "and r#,i#"), "e ne"),
  ...fuse(["test r1,r1"], "e ne s ns"),
  ...fuse(["test m1,i1", "test r1,i1", "cmp m1,i1", "cmp m1,r1"], "e ne"),
  ...fuse(["cmp r1,i1"], "e ne a be"),
];

/**
 * Micro-ops that make one with the micro-op behind them. The first never writes memory, as it
 * could overwrite the second, and never jumps.
 *
 * The last one must access memory: V8 puts the last block of the loop before its head, and that must be the short
 * end of the slow path, not a micro-op's code; else the head's indirect jump is a third slower.
 */
const PAIR_LISTS: Readonly<Record<string, readonly string[]>> = {
  "xor r4,r4": ["lea r4,m", "add r4,r4", "shr r4,i1"],
  "shr r4,i1": ["xor r4,r4"],
  "add r4,r4": ["mov r4,r4"],
  "add r8,r8": ["jmpIndirect r8"],
  "add r8,i8": ["mov r4,m4", "cmp r8,r8 + jne", "pop r8"],
  "mov r8,r8": ["mov r8,r8", "push r8", "call i8", "jmp i8"],
  "mov r4,r4": ["mov r4,r4", "add r8,i8", "movsx r8,r4", "cmp r4,i4 + je"],
  "mov r4,i4": ["call i8", "jmp i8"],
  "movsx r8,r4": ["movzx r4,m1"],
  "lea r8,m": ["mov m8,r8"],
  "pop r8": ["pop r8", "ret"],
  "movsx r8,m4": ["add r8,r8"],
  "add r4,m4": ["add r4,r4"],
  "movzx r4,m1": ["test r1,r1 + je", "test r1,r1 + jne", "cmp r1,i1 + je", "cmp r1,i1 + jne"],
  "mov r4,m4": ["xor r4,r4", "cmp r4,r4 + jl", "cmp r4,r4 + jg"],
  "mov r8,m8": ["mov r8,r8", "test r8,r8 + je", "test r8,r8 + jne", "call i8", "mov r8,m8"],
};

export const PAIRS: readonly (readonly [first: string, second: string])[] = Object.entries(
  PAIR_LISTS,
).flatMap(([first, seconds]) => seconds.map((second): [string, string] => [first, second]));
