// SPDX-License-Identifier: MPL-2.0

import type { NamesValue, StructField, Value } from "./value.ts";

/** An argument may have a name, as those of clone(2): `flags=CLONE_VM`. */
export interface NamedValue {
  readonly name?: string;
  readonly value: Value;
}

/** Deeper than strace ever nests; below, a value is opaque. */
const MAX_DEPTH = 100;

const SPACE = /[ \t]+/y;
const NUMBER = /-?(?:0x[0-9a-fA-F]+|[0-9]+(?:\.[0-9]+)?)/y;
const WORD = /[A-Za-z_?%][A-Za-z0-9_?%.]*/y;
const ARGUMENT_NAME = /([a-z_][a-z0-9_]*)=(?![=>])/y;
const FIELD_NAME =
  /([A-Za-z_][A-Za-z0-9_]*(?:\[[A-Za-z0-9_]*\])?|\[[A-Za-z0-9_]+(?: \.\.\. [A-Za-z0-9_]+)?\])=(?![=>])/y;
const STRING = /"((?:[^"\\]|\\[^])*)"/y;
const COMMENT = /\/\*([^]*?)\*\//y;
const FLAGS_IN_COMMENT = /^ *([A-Z_][A-Z0-9_]*(?:\|[A-Z0-9_x]+)*) *$/;

/** Reads the text of an argument. Never throws; what it cannot make sense of is opaque. */
export function parseArgument(text: string): NamedValue {
  const parser = new ValueParser(text);
  const name = parser.match(ARGUMENT_NAME)?.[1];
  const value = parser.whole();
  return name === undefined ? { value } : { name, value };
}

const OPAQUE: Value = { kind: "opaque", text: "" };

class ValueParser {
  private readonly text: string;
  private at = 0;
  private depth = 0;

  constructor(text: string) {
    this.text = text;
  }

  match(expression: RegExp): RegExpExecArray | undefined {
    expression.lastIndex = this.at;
    const found = expression.exec(this.text);
    if (found === null) return undefined;
    this.at += found[0].length;
    return found;
  }

  whole(): Value {
    const value = this.value();
    this.space();
    // A security context behind a value, or words that strace put there; the value stands.
    return value;
  }

  /** A value with all that may follow it up to a comma or a closing bracket. */
  private value(spaceEnds = false): Value {
    let value = this.sum(spaceEnds);
    let others: NamesValue[] | undefined;
    for (;;) {
      const before = this.at;
      this.space();
      if (this.text.startsWith("=>", this.at)) {
        this.at += 2;
        return { kind: "pair", before: value, after: this.value(spaceEnds) };
      }
      if (this.text.startsWith("or ", this.at) && value.kind === "names") {
        this.at += 3;
        const other = this.sum(spaceEnds);
        if (other.kind === "names") (others ??= []).push(other);
        continue;
      }
      if (spaceEnds) {
        this.at = before;
        break;
      }
      const next = this.text.charAt(this.at);
      if (next === "" || next === "," || next === "]" || next === "}" || next === ")") break;
      // Something that is no part of an expression: "{B38400 opost …}", "(deleted)", a context.
      if (!this.skipOne()) break;
    }
    if (others !== undefined && value.kind === "names") value = { ...value, others };
    return value;
  }

  /** Terms between operators, whose flags are gathered. */
  private sum(spaceEnds: boolean): Value {
    const first = this.term();
    if (!this.atOperator(spaceEnds)) return first;
    const names: string[] = [];
    let rest = 0;
    let product: number | undefined;
    let known = addTo(first);
    for (;;) {
      const operator = this.operator(spaceEnds);
      if (operator === "") break;
      if (operator === "<<") {
        const left = product ?? rest;
        const count = this.term();
        // "21<<MAP_HUGE_SHIFT" is a size; "1<<CAP_KILL" and "FLAG<<8" are flags.
        if (count.kind === "names") {
          const name = count.names[0] ?? "";
          rest -= product ?? 0;
          names.push(shiftedName(left, name));
        } else if (count.kind === "number" && product !== undefined) {
          rest += product * 2 ** count.value - product;
        }
        product = undefined;
        continue;
      }
      const term = this.term();
      if (operator === "*") {
        if (product !== undefined && term.kind === "number") {
          rest += product * term.value - product;
          product *= term.value;
        } else known = false;
        continue;
      }
      product = undefined;
      if (operator === "|") known = addTo(term) && known;
      else known = false;
    }
    if (!known) return { kind: "opaque", text: this.text };
    if (names.length === 0) {
      return { kind: "number", text: this.text.trim(), value: rest, isNull: false };
    }
    return { kind: "names", names, rest };

    function addTo(term: Value): boolean {
      if (term.kind === "names") {
        names.push(...term.names);
        rest += term.rest;
        return true;
      }
      if (term.kind === "number") {
        rest += term.value;
        product = term.value;
        return true;
      }
      return false;
    }
  }

  private atOperator(spaceEnds: boolean): boolean {
    const before = this.at;
    const operator = this.operator(spaceEnds);
    this.at = before;
    return operator !== "";
  }

  private operator(spaceEnds: boolean): string {
    const before = this.at;
    if (!spaceEnds) this.space();
    for (const operator of ["||", "|", "<<", "*", "&&", "==", "!=", "+", "-"]) {
      if (this.text.startsWith(operator, this.at) && !this.text.startsWith("->", this.at)) {
        this.at += operator.length;
        return operator;
      }
    }
    this.at = before;
    return "";
  }

  private term(): Value {
    this.space();
    const { text } = this;
    const char = text.charAt(this.at);
    if (char === '"' || (char === "@" && text.charAt(this.at + 1) === '"')) {
      if (char === "@") this.at += 1;
      const raw = this.match(STRING)?.[1];
      if (raw === undefined) return this.rest();
      const cut = text.startsWith("...", this.at);
      if (cut) this.at += 3;
      return { kind: "string", raw, cut };
    }
    if (char === "{") return this.nested(() => this.struct());
    if (char === "[") return this.nested(() => this.array(false));
    if (char === "~" && text.charAt(this.at + 1) === "[") {
      this.at += 1;
      return this.nested(() => this.array(true));
    }
    if (text.startsWith("...", this.at)) {
      this.at += 3;
      return { kind: "opaque", text: "..." };
    }
    const number = this.match(NUMBER)?.[0];
    if (number !== undefined) return this.number(number);
    const word = this.match(WORD)?.[0];
    if (word !== undefined) return this.word(word);
    return OPAQUE;
  }

  private number(text: string): Value {
    const value = numberOf(text);
    const file = this.annotation();
    const named = this.namesInComment();
    if (named !== undefined) return named;
    return { kind: "number", text, value, isNull: false, ...(file === undefined ? {} : { file }) };
  }

  /** With `-X verbose` the names of a number stand in a comment behind it. */
  private namesInComment(): NamesValue | undefined {
    const before = this.at;
    this.match(SPACE);
    const comment = this.match(COMMENT)?.[1];
    const flags = comment === undefined ? undefined : FLAGS_IN_COMMENT.exec(comment)?.[1];
    if (flags === undefined) {
      this.at = before;
      return undefined;
    }
    const names = flags.split("|").filter((part) => /^[A-Z_]/.test(part));
    const rest = flags.split("|").filter((part) => !/^[A-Z_]/.test(part));
    return { kind: "names", names, rest: rest.reduce((sum, part) => sum + numberOf(part), 0) };
  }

  private word(word: string): Value {
    if (word === "NULL") return { kind: "number", text: word, value: 0, isNull: true };
    if (this.text.charAt(this.at) === "(") {
      const args = this.callArgs();
      const only = args[0];
      if (/^(?:htons|htonl|ntohs|ntohl)$/.test(word) && args.length === 1 && only !== undefined)
        return only;
      if (word === "_IOC") return ioctlNumber(args) ?? { kind: "opaque", text: word };
      if (!/^[A-Z]/.test(word)) return { kind: "opaque", text: word };
      return { kind: "names", names: [word], rest: 0 };
    }
    const file = this.annotation();
    return { kind: "names", names: [word], rest: 0, ...(file === undefined ? {} : { file }) };
  }

  private callArgs(): Value[] {
    this.at += 1;
    const args = this.nested((): Value => ({
      kind: "array",
      elements: this.items(")", () => this.value()),
      cut: false,
      inverted: false,
    }));
    return args.kind === "array" ? [...args.elements] : [];
  }

  private struct(): Value {
    this.at += 1;
    let cut = false;
    const fields = this.items("}", (): StructField | undefined => {
      const name = this.match(FIELD_NAME)?.[1] ?? "";
      const value = this.value();
      if (name === "" && value.kind === "opaque" && value.text === "...") {
        cut = true;
        return undefined;
      }
      return { name: name.replace(/\[.*$/, ""), value };
    });
    return { kind: "struct", fields: fields.filter((field) => field !== undefined), cut };
  }

  private array(inverted: boolean): Value {
    this.at += 1;
    let cut = false;
    const elements = this.items("]", (): Value | undefined => {
      this.match(FIELD_NAME);
      const value = this.value(true);
      if (value.kind === "opaque" && value.text === "...") {
        cut = true;
        return undefined;
      }
      return value;
    });
    return {
      kind: "array",
      elements: elements.filter((value) => value !== undefined),
      cut,
      inverted,
    };
  }

  /** Items up to a closing bracket, between commas or blanks. */
  private items<T>(close: string, item: () => T): T[] {
    const items: T[] = [];
    for (;;) {
      this.space();
      const char = this.text.charAt(this.at);
      if (char === "") return items;
      if (char === close) {
        this.at += 1;
        return items;
      }
      if (char === ",") {
        this.at += 1;
        continue;
      }
      const before = this.at;
      items.push(item());
      if (this.at === before) this.at += 1;
    }
  }

  private nested(read: () => Value): Value {
    if (this.depth >= MAX_DEPTH) return this.rest();
    this.depth += 1;
    const value = read();
    this.depth -= 1;
    return value;
  }

  /** `<path>` behind a descriptor, `<command>` behind a process. */
  private annotation(): string | undefined {
    const { text } = this;
    if (text.charAt(this.at) !== "<" || text.charAt(this.at + 1) === "<") return undefined;
    const start = this.at + 1;
    let depth = 0;
    let square = 0;
    for (let i = this.at; i < text.length; i += 1) {
      const char = text.charAt(i);
      if (char === "\\") i += 1;
      else if (char === "<") depth += 1;
      else if (char === "[") square += 1;
      else if (char === "]" && square > 0) square -= 1;
      else if (char === ">" && !(square > 0 && text.charAt(i - 1) === "-")) {
        depth -= 1;
        if (depth > 0) continue;
        this.at = i + 1;
        return text.slice(start, i);
      }
    }
    return undefined;
  }

  private space(): void {
    for (;;) {
      const before = this.at;
      this.match(SPACE);
      this.match(COMMENT);
      if (this.at === before) return;
    }
  }

  /** Goes over one thing that is no part of an expression; false at the end. */
  private skipOne(): boolean {
    const before = this.at;
    if (this.text.charAt(this.at) === "(") this.callArgs();
    else if (this.text.charAt(this.at) === "<") this.annotation();
    else this.term();
    if (this.at === before) this.at += 1;
    return this.at <= this.text.length;
  }

  private rest(): Value {
    const text = this.text.slice(this.at);
    this.at = this.text.length;
    return { kind: "opaque", text };
  }
}

function numberOf(text: string): number {
  const negative = text.startsWith("-");
  const digits = negative ? text.slice(1) : text;
  const value = /^0[0-7]+$/.test(digits) ? Number.parseInt(digits, 8) : Number(digits);
  return negative ? -value : value;
}

/** Linux packs size, direction, type and number of an ioctl into 32 bits (asm-generic/ioctl.h). */
function ioctlNumber(args: readonly Value[]): Value | undefined {
  const [direction, type, number, size] = args;
  if (
    direction === undefined ||
    type?.kind !== "number" ||
    number?.kind !== "number" ||
    size?.kind !== "number"
  ) {
    return undefined;
  }
  const names = direction.kind === "names" ? direction.names : [];
  const bits = (names.includes("_IOC_READ") ? 2 : 0) + (names.includes("_IOC_WRITE") ? 1 : 0);
  const value = bits * 2 ** 30 + size.value * 2 ** 16 + type.value * 2 ** 8 + number.value;
  return { kind: "number", text: `0x${value.toString(16)}`, value, isNull: false };
}

/** `21<<MAP_HUGE_SHIFT` is MAP_HUGE_2MB (mmap(2)); any other shifted name is itself. */
function shiftedName(power: number, name: string): string {
  const prefix = /^(.*_HUGE)_SHIFT$/.exec(name)?.[1];
  if (prefix === undefined || !(power >= 10 && power < 40)) return name;
  const unit = ["KB", "MB", "GB"][Math.floor(power / 10) - 1] ?? "KB";
  return `${prefix}_${2 ** (power % 10)}${unit}`;
}
