// SPDX-License-Identifier: MPL-2.0

import type { FlagPattern, Pattern, Program, StructPattern } from "../syntax/ast.ts";
import { components } from "./path.ts";

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

/** How long a chain of definitions may be that lead to one another. */
export const MAX_CHAIN = 100;

/** What a flag pattern says, while it is gathered. */
interface Gathered {
  readonly names: Set<string>;
  readonly numbers: Set<number>;
  readonly structs: Set<CompiledStruct>;
  readonly words: Set<string>;
  integer: boolean;
  trees: string[][] | undefined;
}

/**
 * Resolves and compiles the patterns of one file. Unresolved names match nothing. Each name is
 * compiled once, however often it is used.
 */
export class PatternCompiler {
  private readonly flags: Map<string, FlagPattern> = new Map();
  private readonly structs: Map<string, StructPattern[]> = new Map();
  private readonly gathered: Map<string, Gathered> = new Map();
  private readonly compiledStructs: Map<string, CompiledStruct> = new Map();
  private depth = 0;

  constructor(program: Program) {
    for (const rule of program.rules) {
      if (rule.kind === "bitflags") {
        if (!this.flags.has(rule.name.text)) this.flags.set(rule.name.text, rule.pattern);
      } else if (rule.kind === "struct") {
        const others = this.structs.get(rule.name.text);
        if (others === undefined) this.structs.set(rule.name.text, [rule.pattern]);
        else others.push(rule.pattern);
      }
    }
  }

  compile(pattern: Pattern): CompiledPattern {
    switch (pattern.kind) {
      case "flags":
        return this.compileFlags(pattern);
      case "struct":
        return { kind: "struct", alternatives: this.alternatives([pattern]), text: "{…}" };
      case "array": {
        const elements = pattern.elements.map((element) => this.compile(element));
        const text = `[${elements.map((element) => element.text).join(", ")}]`;
        return { kind: "array", elements, text };
      }
    }
  }

  private compileFlags(pattern: FlagPattern): CompiledPattern {
    const { names, numbers, structs, words, integer, trees } = this.gather(
      pattern,
      emptyGathered(),
    );
    const [only] = structs;
    const plain = names.size === 0 && numbers.size === 0 && !integer && trees === undefined;
    if (plain && structs.size === 1 && only !== undefined) return only;
    const text = [...words].join(" | ");
    return { kind: "flags", names, numbers, integer, trees, structs: [...structs], text };
  }

  private gather(pattern: FlagPattern, into: Gathered): Gathered {
    for (const part of pattern.parts) {
      switch (part.kind) {
        case "flag":
          into.names.add(part.name);
          into.words.add(part.name);
          break;
        case "number":
          into.numbers.add(Number(part.value));
          into.words.add(part.text);
          break;
        case "integer":
          into.integer = true;
          into.words.add("<INTEGER>");
          break;
        case "path": {
          addTrees(into, part.trees.length === 0 ? [] : part.trees.map(components));
          const trees = part.trees.map((tree) => JSON.stringify(tree)).join(", ");
          into.words.add(trees === "" ? "<PATH>" : `<PATH: ${trees}>`);
          break;
        }
        case "reference":
          this.refer(part.name, into);
      }
    }
    return into;
  }

  private refer(name: string, into: Gathered): void {
    const flags = this.flags.get(name);
    if (flags === undefined) {
      into.structs.add(this.struct(name));
      into.words.add(`<${name}>`);
      return;
    }
    let found = this.gathered.get(name);
    if (found === undefined) {
      found = emptyGathered();
      // Set before it is filled: a definition that leads to itself, which the checker reports,
      // finds itself empty instead of going on for ever.
      this.gathered.set(name, found);
      if (this.depth < MAX_CHAIN) {
        this.depth += 1;
        this.gather(flags, found);
        this.depth -= 1;
      }
    }
    for (const key of ["names", "words"] as const)
      for (const item of found[key]) into[key].add(item);
    for (const number of found.numbers) into.numbers.add(number);
    for (const struct of found.structs) into.structs.add(struct);
    into.integer ||= found.integer;
    if (found.trees !== undefined) addTrees(into, found.trees);
  }

  private struct(name: string): CompiledStruct {
    const known = this.compiledStructs.get(name);
    if (known !== undefined) return known;
    const alternatives: StructAlternative[] = [];
    const struct: CompiledStruct = { kind: "struct", alternatives, text: `<${name}>` };
    this.compiledStructs.set(name, struct);
    if (this.depth < MAX_CHAIN) {
      this.depth += 1;
      alternatives.push(...this.alternatives(this.structs.get(name) ?? []));
      this.depth -= 1;
    }
    return struct;
  }

  private alternatives(patterns: readonly StructPattern[]): StructAlternative[] {
    return patterns.map((pattern): StructAlternative => {
      const fields = new Map<string, CompiledPattern | undefined>();
      for (const field of pattern.fields) {
        fields.set(
          field.name.text,
          field.pattern === undefined ? undefined : this.compile(field.pattern),
        );
      }
      return { fields, rest: pattern.rest };
    });
  }
}

function emptyGathered(): Gathered {
  return {
    names: new Set(),
    numbers: new Set(),
    structs: new Set(),
    words: new Set(),
    integer: false,
    trees: undefined,
  };
}

/** No trees mean every path, which leaves nothing to add. */
function addTrees(into: Gathered, trees: readonly string[][]): void {
  if (trees.length === 0) into.trees = [];
  else if (into.trees === undefined) into.trees = [...trees];
  else if (into.trees.length > 0) into.trees.push(...trees);
}
