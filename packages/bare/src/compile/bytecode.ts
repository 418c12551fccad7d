// SPDX-License-Identifier: MPL-2.0
// Reads what the engine's JS_WriteObject wrote: a script's functions with their bytecode.

import { BuildError } from "../build/build-error.ts";

/** A variable of an enclosing function. */
export interface OuterVariable {
  /** It is a variable or an argument of the next function outwards; else one that that has from further out. */
  readonly isOfParent: boolean;
  readonly isArgument: boolean;
  readonly index: number;
}

export interface JsFunction {
  /** Position among all functions, in the order in which the engine reads them. */
  readonly index: number;
  /** The function that it stands in; -1 of the script. */
  readonly parent: number;
  readonly name: string;
  /** Line of the script where it begins; 0 where not known. */
  readonly line: number;
  /** 0 for a plain function; generators and async functions have others. */
  readonly kind: number;
  readonly isStrict: boolean;
  readonly argCount: number;
  readonly varCount: number;
  readonly stackSize: number;
  /** Of the arguments, then of the variables: whether an inner function uses it. */
  readonly isCaptured: readonly boolean[];
  readonly outer: readonly OuterVariable[];
  readonly code: Uint8Array;
  /** By number: its constants that are numbers. */
  readonly constants: readonly (number | undefined)[];
  /** The name that an operand of the code stands for. */
  readonly nameOf: (atom: number) => string;
}

const VERSION = 2;
/** The engine's BCTagEnum. */
const NULL = 1;
const TRUE = 4;
const INT = 5;
const DOUBLE = 6;
const STRING = 7;
const OBJECT = 8;
const ARRAY = 9;
const BIG_INT = 10;
const TEMPLATE = 13;
const FUNCTION = 14;

/**
 * All functions of a program, in the engine's order: it reads one script after the other. `atoms`: the
 * engine's own names.
 */
export function readProgram(
  scripts: readonly Uint8Array[],
  atoms: readonly string[],
): readonly JsFunction[] {
  const functions: JsFunction[] = [];
  for (const bytes of scripts) {
    const reader = new Reader(bytes, atoms, functions);
    reader.value();
    reader.requireEnd();
  }
  return functions;
}

class Reader {
  private readonly functions: JsFunction[];
  private readonly bytes: Buffer;
  private readonly names: string[];
  private at: number = 0;
  private parent: number = -1;

  /** What it reads comes after what `functions` has. */
  constructor(bytes: Uint8Array, atoms: readonly string[], functions: JsFunction[]) {
    this.functions = functions;
    this.bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
    const version = this.byte();
    if ((version & 0x3f) !== VERSION) this.fail(`version ${version}, not ${VERSION}`);
    this.names = [...atoms];
    const count = this.unsigned();
    for (let i = 0; i < count; i++) this.names.push(this.string());
  }

  requireEnd(): void {
    if (this.at !== this.bytes.length) this.fail("more than one value");
  }

  /** What it is where it is a double. */
  value(): number | undefined {
    const tag = this.byte();
    if (tag === DOUBLE) {
      this.at += 8;
      return this.bytes.readDoubleLE(this.at - 8);
    }
    this.otherValue(tag);
    return undefined;
  }

  private otherValue(tag: number): void {
    if (tag >= NULL && tag <= TRUE) return;
    if (tag === INT) this.unsigned();
    else if (tag === STRING) this.string();
    else if (tag === BIG_INT) this.bigInt();
    else if (tag === FUNCTION) this.function();
    else if (tag === ARRAY || tag === TEMPLATE) {
      for (let count = this.unsigned(); count > 0; count--) this.value();
      if (tag === TEMPLATE) this.value();
    } else if (tag === OBJECT) {
      for (let count = this.unsigned(); count > 0; count--) {
        this.atom();
        this.value();
      }
    } else this.fail(`a value of tag ${tag}`);
  }

  private function(): void {
    const index = this.functions.length;
    this.functions.length = index + 1;
    const flags = this.byte() | (this.byte() << 8);
    const mode = this.byte();
    const name = this.atom();
    const argCount = this.unsigned();
    const varCount = this.unsigned();
    this.unsigned();
    const stackSize = this.unsigned();
    const outerCount = this.unsigned();
    const constantCount = this.unsigned();
    const codeLength = this.unsigned();
    const isCaptured = Array.from({ length: this.unsigned() }, () => {
      this.atom();
      this.unsigned();
      this.unsigned();
      return (this.byte() & 0x40) !== 0;
    });
    const outer = Array.from({ length: outerCount }, () => {
      this.atom();
      const variable = this.unsigned();
      const bits = this.byte();
      return { isOfParent: (bits & 1) !== 0, isArgument: (bits & 2) !== 0, index: variable };
    });
    const code = this.bytes.subarray(this.at, this.at + codeLength);
    this.at += codeLength;
    let line = 0;
    if ((flags & 0x400) !== 0) {
      this.atom();
      line = this.unsigned();
      this.skip(this.unsigned());
    }
    const constants: (number | undefined)[] = [];
    const kind = (flags >> 4) & 3;
    const isStrict = (mode & 1) !== 0;
    this.functions[index] = {
      ...{ index, parent: this.parent, name, line, kind, isStrict, argCount, varCount, stackSize },
      ...{ isCaptured, outer, code, constants, nameOf: this.nameOf },
    };
    const { parent } = this;
    this.parent = index;
    for (let i = 0; i < constantCount; i++) constants.push(this.value());
    this.parent = parent;
  }

  /** The highest bit marks small integers. */
  private readonly nameOf = (atom: number): string =>
    atom >= 2 ** 31 ? String(atom - 2 ** 31) : (this.names[atom] ?? "");

  private bigInt(): void {
    // Exponent and sign; zero has no digits.
    const exponent = this.unsigned();
    if (exponent > 1) this.skip(this.unsigned());
  }

  private atom(): string {
    const number = this.unsigned();
    return (number & 1) !== 0 ? String(number >>> 1) : (this.names[number >>> 1] ?? "");
  }

  private string(): string {
    const header = this.unsigned();
    const isWide = (header & 1) !== 0;
    const length = (header >>> 1) * (isWide ? 2 : 1);
    this.at += length;
    return this.bytes.toString(isWide ? "utf16le" : "latin1", this.at - length, this.at);
  }

  private unsigned(): number {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = this.byte();
      value |= (byte & 0x7f) << shift;
      if ((byte & 0x80) === 0) return value >>> 0;
    }
  }

  private skip(length: number): void {
    this.at += length;
  }

  private byte(): number {
    const byte = this.bytes[this.at];
    if (byte === undefined) this.fail("its end");
    this.at += 1;
    return byte;
  }

  private fail(what: string): never {
    throw new BuildError("engine-missing", `bytecode with ${what} at byte ${this.at}`);
  }
}
