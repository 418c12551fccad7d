// SPDX-License-Identifier: MPL-2.0

/**
 * Which micro-ops have their code inside the interpreter's loop. The others are functions that the loop
 * calls, which costs about 3 ns; but a loop of many more handlers than this is slower as a whole.
 */

export const MAX_HOT = 320;

const both = (...patterns: string[]): string[] =>
  patterns.flatMap((p) => [p.replaceAll("#", "4"), p.replaceAll("#", "8")]);

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
    "neg r#",
    "adc r#,r#",
    "sbb r#,r#",
    "rol r#,i1",
    "cmove r#,r#",
    "cmovne r#,r#",
    "cmovb r#,r#",
    "cmovae r#,r#",
    "cmovl r#,r#",
    "cmovg r#,r#",
    "inc r#",
    "dec r#",
  ),
  "mov r1,m1",
  "mov m1,r1",
  "mov m1,i1",
  "mov r1,r1",
  "mov m2,r2",
  "mov r1,i1",
  "movsx r8,r4",
  "movsx r8,m4",
  "movsx r4,r1",
  "movsx r4,m1",
  "movsx r8,m1",
  "movzx r4,r2",
  "cmp r1,i1",
  "cmp m1,i1",
  "cmp r1,m1",
  "cmp r1,r1",
  "cmp m1,r1",
  "test r1,r1",
  "test m1,i1",
  "test r1,i1",
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
  ..."jo jno jb jae je jne jbe ja js jns jp jnp jl jge jle jg".split(" ").map((j) => `${j} i8`),
  "sete r1",
  "setne r1",
  "nop",
  "nop m4",
  "nop m2",
];

const ORDER = "jb jae je jne jbe ja jl jge jle jg".split(" ");
const SIGN = "je jne js jns jle jg".split(" ");

/** Comparisons that make one micro-op with the jump behind them. */
export const FUSED: readonly {
  readonly compare: string;
  readonly conditions: readonly string[];
}[] = [
  ...both("cmp r#,r#", "cmp r#,i#").map((compare) => ({ compare, conditions: ORDER })),
  ...both("cmp m#,i#", "cmp r#,m#").map((compare) => ({
    compare,
    conditions: ["je", "jne", "jb", "jae", "jl", "jle", "jg"],
  })),
  ...both("test r#,r#").map((compare) => ({ compare, conditions: SIGN })),
  { compare: "test r1,r1", conditions: ["je", "jne", "js", "jns"] },
  { compare: "test m1,i1", conditions: ["je", "jne"] },
  { compare: "test r1,i1", conditions: ["je", "jne"] },
  { compare: "cmp r1,i1", conditions: ["je", "jne", "ja", "jbe"] },
  { compare: "cmp m1,i1", conditions: ["je", "jne"] },
];
