// SPDX-License-Identifier: MPL-2.0
// Compiles functions of a script, from the engine's bytecode to C that does the same without the
// interpreter. The bytecode stays in the image: for functions that are not compiled, and for the
// names and lines that stack traces tell.

import { createHash } from "node:crypto";
import { readProgram, type JsFunction } from "./bytecode.ts";
import { Emitter } from "./emit.ts";
import { engineHeader } from "./engine-header.ts";
import { analyze, decode, MOVES, type Flow } from "./flow.ts";
import { interpreterTexts } from "./interpreter.ts";
import { readAtoms, readOpcodes } from "./opcodes.ts";
import { TRANSLATIONS } from "./operations.ts";
import {
  SPECIAL_ARGUMENTS,
  SPECIAL_FUNCTION,
  SPECIAL_HOME,
  SPECIAL_NEW_TARGET,
} from "./variables.ts";
import { assignedOuter, StableVariables } from "./stable.ts";

/** The engine's files, as they are compiled. */
export interface EngineTexts {
  /** quickjs.c, with our changes in it. */
  readonly source: string;
  /** quickjs-opcode.h and quickjs-atom.h. */
  readonly opcodes: string;
  readonly atoms: string;
  /** Our compiled.h and additions.h. */
  readonly macros: string;
}

export interface Compilation {
  /** C files: each part alone, and what tells the engine of all of them. */
  readonly parts: readonly string[];
  readonly table: string;
  /** How many functions are in it, and how many were asked for. */
  readonly compiled: number;
  readonly chosen: number;
}

/** What says which functions of a program are compiled. */
export type Choice = (fn: JsFunction) => boolean;

/** Compiles those of a program's functions that `choice` names and that can be compiled. */
export function compileProgram(
  scripts: readonly Uint8Array[],
  engine: EngineTexts,
  choice: Choice,
): Compilation {
  const opcodes = readOpcodes(engine.opcodes);
  const functions = readProgram(scripts, readAtoms(engine.atoms));
  const texts = interpreterTexts(engine.source);
  const decoded = functions.map((fn) => decode(fn.code, opcodes) ?? []);
  const assigned = new Map(
    functions.map((fn, i) => [fn.index, assignedOuter(fn, decoded[i] ?? [])]),
  );
  const stable = new StableVariables(functions, assigned, decoded);
  const chosen = functions.filter((fn) => fn.kind === 0 && choice(fn));
  const parts = Array.from({ length: PARTS }, (): string[] => []);
  const entries: string[] = [];
  const declared: string[] = [];
  for (const fn of chosen) {
    const flow = analyze(decoded[fn.index] ?? []);
    if (flow === undefined || !isCompilable(flow, texts)) continue;
    const { text, isConstructor } = compileFunction(fn, flow, stable, texts);
    // Its text names it, so that a part stays the same while other functions come and go.
    const name = `f${createHash("sha256").update(text).digest("hex").slice(0, 20)}`;
    const part = Number.parseInt(name.slice(1, 5), 16) % PARTS;
    if (!declared.includes(name)) {
      declared.push(name);
      parts[part]?.push(text.replace("FUNCTION(", `${name}(`));
    }
    entries.push(
      isConstructor
        ? `{${fn.index}, NULL, (CompiledConstructor *)${name}},`
        : `{${fn.index}, (Compiled *)${name}, NULL},`,
    );
  }
  const header = `${engineHeader(engine.source)}\n#include "fields.c"\n${engine.macros}\n`;
  const table = [
    '#include "quickjs.h"',
    '#include "shapes.h"',
    ...entries.map((entry) => entry.replace(/^.*?(f[0-9a-f]{20}).*$/, "extern char $1[];")),
    "const struct compiled_entry compiled_entries[] = {",
    ...entries,
    "{-1, NULL, NULL}};",
  ];
  return {
    parts: parts.map((texts) => `${header}${texts.toSorted().join("\n")}`),
    table: table.join("\n"),
    compiled: entries.length,
    chosen: chosen.length,
  };
}

/** As many can be compiled at once, and anew when one function changed. */
const PARTS = 8;

function isCompilable({ operations, stacks }: Flow, texts: ReadonlyMap<string, string>): boolean {
  return operations.every(
    ({ at, name, operand, opcode }) =>
      !stacks.has(at) ||
      MOVES.has(name) ||
      texts.has(opcode.name) ||
      (TRANSLATIONS.has(name) && (name !== "special_object" || SPECIALS.includes(operand))),
  );
}

const SPECIALS = [SPECIAL_ARGUMENTS, SPECIAL_FUNCTION, SPECIAL_NEW_TARGET, SPECIAL_HOME];

function compileFunction(
  fn: JsFunction,
  flow: Flow,
  stable: StableVariables,
  texts: ReadonlyMap<string, string>,
): { text: string; isConstructor: boolean } {
  const e = new Emitter(fn, flow);
  const reached = flow.operations.filter(({ at }) => flow.stacks.has(at));
  const has = (...names: string[]): boolean => reached.some(({ name }) => names.includes(name));
  const isConstructor =
    has("check_ctor") ||
    reached.some(
      ({ name, operand }) => name === "special_object" && operand === SPECIAL_NEW_TARGET,
    );
  const makesClosures = has("fclosure", "define_class", "define_class_computed");
  let isReached = true;
  for (const operation of flow.operations) {
    const { at, name, opcode } = operation;
    if (!flow.stacks.has(at)) {
      isReached = false;
      continue;
    }
    e.at(operation);
    if (flow.joins.has(at)) {
      if (isReached) e.settle();
      e.line(`L${at}:;`);
      e.expect(at);
    }
    isReached = true;
    const isStrictThis = name !== "push_this" || fn.isStrict;
    const translation = isStrictThis ? TRANSLATIONS.get(name) : undefined;
    if (e.move(name)) continue;
    if (operation === flow.operations[1] && e.aliasOfThis >= 0) {
      e.pop();
      continue;
    }
    if (translation !== undefined) translation(e, stable);
    else interpreted(e, texts.get(opcode.name) ?? "");
    isReached = !NEVER_GO_ON.has(name);
  }
  return { text: frame(e, isConstructor, makesClosures), isConstructor };
}

const NEVER_GO_ON: ReadonlySet<string> = new Set([
  ...["goto", "return", "return_undef", "tail_call", "tail_call_method"],
  ...["throw", "throw_error", "ret", "gosub"],
]);

/** The interpreter's own text for an operation, on a stack as the interpreter's. */
function interpreted(e: Emitter, text: string): void {
  const { at, next, opcode } = e.operation;
  e.keepShared();
  e.spill();
  const label = e.throwsSpilled(e.stack);
  const labels = [...text.matchAll(/^\s*(\w+):\s*$/gm)].map(([, name = ""]) => name);
  let body = text
    .replace(/\bBREAK\b/g, `goto after${at}`)
    .replace(/\bgoto exception\b/g, `goto ${label}`);
  for (const name of labels) {
    if (name !== "default") body = body.replace(new RegExp(`\\b${name}\\b`, "g"), `${name}${at}`);
  }
  e.line(`sp = st + ${e.stack.length}; pc = bc + ${at + 1}; opcode = ${opcode.number};`);
  e.line("{ int call_argc, i; JSValue *call_argv, ret_val;");
  e.line(`(void)call_argc, (void)i, (void)call_argv, (void)ret_val; ${body} }`);
  e.line(`after${at}:;`);
  const slots = e.flow.stacks.get(next) ?? [];
  e.stack = slots.map((slot, i) => {
    if (slot !== "value") return { kind: "mark", target: slot };
    const name = e.fresh();
    e.line(`${name} = st[${i}];`);
    return { kind: "ours", c: name };
  });
}

/** The function around the code. */
function frame(e: Emitter, isConstructor: boolean, makesClosures: boolean): string {
  const { fn, code } = e;
  const locals = Array.from({ length: fn.varCount }, (_, i) => i);
  const isOwn = (i: number): boolean => !e.isCapturedLocal(i) && i !== e.aliasOfThis;
  const own = locals.filter(isOwn).map((i) => `v${i}`);
  const captured = locals.filter((i) => e.isCapturedLocal(i)).map((i) => `vars[${i}]`);
  const lines = [
    `// ${JSON.stringify(e.names)}`,
    `JSValue FUNCTION(JSContext *caller_ctx, JSObject *p, JSValueConst this_obj, int argc,`,
    `  JSValue *argv${isConstructor ? ", JSValueConst new_target" : ""}) {`,
    "JSFunctionBytecode *b = p->u.func.function_bytecode;",
    "JSContext *ctx = b->realm; JSRuntime *rt = ctx->rt;",
    "JSVarRef **var_refs = p->u.func.var_refs; (void)var_refs;",
    "const uint8_t *bc = b->byte_code_buf, *pc; int opcode; (void)opcode;",
    "JSStackFrame frame, *sf = &frame; JSValue returned, *sp;",
    `JSValue st[${Math.max(e.depth, fn.stackSize) + 2}];`,
    e.caches > 0 ? `static struct cache caches[${e.caches}];` : "",
    "if (unlikely((uintptr_t)__builtin_frame_address(0) < rt->stack_limit + sizeof st))",
    "  return JS_ThrowStackOverflow(caller_ctx);",
  ];
  if (e.usesCopyOfArguments) {
    lines.push(
      `JSValue args[${fn.argCount}]; sf->arg_buf = args;`,
      ...e.args.map((c, i) => `${c} = argc > ${i} ? JS_DupValue(ctx, argv[${i}]) : JS_UNDEFINED;`),
    );
  } else if (e.args.length > 0) {
    const used = e.args.filter((c) => new RegExp(`\\b${c}\\b`).test(code));
    lines.push(
      ...used.map(
        (c) => `JSValueConst ${c} = argc > ${c.slice(1)} ? argv[${c.slice(1)}] : JS_UNDEFINED;`,
      ),
    );
  }
  if (own.length > 0) lines.push(`JSValue ${own.map((c) => `${c} = JS_UNDEFINED`).join(", ")};`);
  if (captured.length > 0) {
    lines.push(`JSValue vars[${fn.varCount}]; sf->var_buf = vars;`);
    lines.push(...captured.map((c) => `${c} = JS_UNDEFINED;`));
  }
  if (e.depth > 0) {
    lines.push(`JSValue ${Array.from({ length: e.depth }, (_, i) => `s${i}`).join(", ")};`);
  }
  lines.push(
    e.declarations,
    "sf->cur_func = JS_MKPTR(JS_TAG_OBJECT, p);",
    `sf->js_mode = ${fn.isStrict ? "JS_MODE_STRICT" : "0"}; sf->cur_pc = bc + 1;`,
    makesClosures ? "init_list_head(&sf->var_ref_list);" : "",
    "sf->prev_frame = rt->current_stack_frame; rt->current_stack_frame = sf;",
    code,
    e.handlerLabels,
    "failed: returned = JS_EXCEPTION;",
    "done:",
    makesClosures ? "if (!list_empty(&sf->var_ref_list)) close_var_refs(rt, sf);" : "",
    ...[...own, ...captured, ...(e.usesCopyOfArguments ? e.args : [])].map(
      (c) => `JS_FreeValue(ctx, ${c});`,
    ),
    "rt->current_stack_frame = sf->prev_frame;",
    "return returned;",
    "}",
  );
  return lines.filter((line) => line !== "").join("\n");
}
