// SPDX-License-Identifier: MPL-2.0

import type { FlagPattern, Pattern, Program, StructPattern } from "../syntax/ast.ts";

/** A pattern with the names of its file resolved. */
export type CompiledPattern = CompiledFlags | CompiledStruct | CompiledArray;

export interface CompiledFlags {
  readonly kind: "flags";
  readonly names: ReadonlySet<string>;
  readonly numbers: ReadonlySet<number>;
  readonly integer: boolean;
  /** Sub-trees of `<PATH>`, in components; an empty list is every path, undefined no path. */
  readonly trees: readonly (readonly string[])[] | undefined;
  /** References to structs that stand among the flags. */
  readonly structs: readonly CompiledStruct[];
  /** As written, with references replaced by what they stand for. */
  readonly text: string;
}

export interface CompiledStruct {
  readonly kind: "struct";
  /** One of which has to match. */
  readonly alternatives: readonly StructAlternative[];
  readonly text: string;
}

export interface StructAlternative {
  readonly fields: ReadonlyMap<string, CompiledPattern | undefined>;
  readonly rest: boolean;
}

export interface CompiledArray {
  readonly kind: "array";
  readonly elements: readonly CompiledPattern[];
  readonly text: string;
}

/** Resolves and compiles the patterns of one file. Unresolved names match nothing. */
export class PatternCompiler {
  private readonly flags: Map<string, FlagPattern[]> = new Map();
  private readonly structs: Map<string, StructPattern[]> = new Map();
  private readonly open: Set<string> = new Set();

  constructor(program: Program) {
    for (const rule of program.rules) {
      if (rule.kind === "bitflags") push(this.flags, rule.name.text, rule.pattern);
      else if (rule.kind === "struct") push(this.structs, rule.name.text, rule.pattern);
    }
  }

  compile(pattern: Pattern): CompiledPattern {
    switch (pattern.kind) {
      case "flags":
        return this.compileFlags(pattern);
      case "struct":
        return this.struct([pattern], "{…}");
      case "array": {
        const elements = pattern.elements.map((element) => this.compile(element));
        return {
          kind: "array",
          elements,
          text: `[${elements.map((element) => element.text).join(", ")}]`,
        };
      }
    }
  }

  private compileFlags(pattern: FlagPattern): CompiledPattern {
    const names = new Set<string>();
    const numbers = new Set<number>();
    const structs: CompiledStruct[] = [];
    const words: string[] = [];
    let integer = false;
    let trees: string[][] | undefined;
    const gather = (flags: FlagPattern): void => {
      for (const part of flags.parts) {
        switch (part.kind) {
          case "flag":
            names.add(part.name);
            words.push(part.name);
            break;
          case "number":
            numbers.add(Number(part.value));
            words.push(part.text);
            break;
          case "integer":
            integer = true;
            words.push("<INTEGER>");
            break;
          case "path":
            // A pattern without trees takes every path, whatever stands beside it.
            if (part.trees.length === 0) trees = [];
            else if (trees === undefined) trees = part.trees.map(components);
            else if (trees.length > 0) trees.push(...part.trees.map(components));
            words.push(
              part.trees.length === 0
                ? "<PATH>"
                : `<PATH: ${part.trees.map((tree) => JSON.stringify(tree)).join(", ")}>`,
            );
            break;
          case "reference":
            this.within(part.name, () => {
              const named = this.flags.get(part.name);
              if (named !== undefined) for (const other of named) gather(other);
              else {
                structs.push(this.struct(this.structs.get(part.name) ?? [], `<${part.name}>`));
                words.push(`<${part.name}>`);
              }
            });
        }
      }
    };
    gather(pattern);
    const [only] = structs;
    const plain = names.size === 0 && numbers.size === 0 && !integer && trees === undefined;
    if (plain && structs.length === 1 && only !== undefined) return only;
    return { kind: "flags", names, numbers, integer, trees, structs, text: words.join(" | ") };
  }

  private struct(patterns: readonly StructPattern[], text: string): CompiledStruct {
    const alternatives = patterns.map((pattern): StructAlternative => {
      const fields = new Map<string, CompiledPattern | undefined>();
      for (const field of pattern.fields) {
        fields.set(
          field.name.text,
          field.pattern === undefined ? undefined : this.compile(field.pattern),
        );
      }
      return { fields, rest: pattern.rest };
    });
    return { kind: "struct", alternatives, text };
  }

  /** Keeps a definition that leads to itself, which the checker reports, from being followed for ever. */
  private within(name: string, action: () => void): void {
    if (this.open.has(name)) return;
    this.open.add(name);
    action();
    this.open.delete(name);
  }
}

/** The components of a path: no empty ones, no ".", and ".." taken back. */
export function components(path: string): string[] {
  const parts: string[] = [];
  for (const part of path.split("/")) {
    if (part === "" || part === ".") continue;
    if (part === "..") parts.pop();
    else parts.push(part);
  }
  return parts;
}

function push<T>(map: Map<string, T[]>, key: string, value: T): void {
  const list = map.get(key);
  if (list === undefined) map.set(key, [value]);
  else list.push(value);
}
