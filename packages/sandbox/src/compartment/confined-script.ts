// SPDX-License-Identifier: MPL-2.0

import { compileFunction } from "node:vm";

/** Code to evaluate: one expression. */
export interface ConfinedScript {
  readonly source: string;
  /** The name that traces and debuggers know it by; its source map's is relative to it. */
  readonly url: string;
  /** Of `makeCodeCache` for the very same source; not used where V8's version or the script's URL is another. */
  readonly codeCache?: Buffer;
}

/** The function that evaluates a script; the script's first line begins after it. */
const HEAD = '"use strict"; return ';

/**
 * Evaluates a script that sees the names of `globals` and no other, in strict code; `globals` has to be
 * frozen, and the realm's intrinsics too.
 *
 * As the evaluator of `ses` does it: the names that the script leaves free are looked up in `globals`,
 * and then in an object that claims to have every name, so that no lookup comes to the realm's own
 * global object. What differs is that V8 is given the script as the body of a function, not to a
 * direct `eval`: such a body can not end the function that it is in either, and V8 keeps code of it.
 *
 * Throws `SyntaxError` where the script imports by an expression: that leads out of every scope.
 */
export function evaluateConfined(globals: object, script: ConfinedScript): unknown {
  rejectImports(script);
  return Reflect.apply(compile(globals, script), globals, []);
}

/**
 * What V8 keeps of compiling a script, for `ConfinedScript.codeCache`. The script's URL stands before it, on a line: V8
 * gives the script the name that it was compiled by, and traces, source maps and breakpoints go by that name.
 */
export function makeCodeCache(script: ConfinedScript): Buffer {
  const { cachedData } = compile({}, script, { produceCachedData: true });
  return Buffer.concat([Buffer.from(`${script.url}\n`), cachedData ?? Buffer.alloc(0)]);
}

/** The part of a code cache that is V8's, where it is for a script of this URL. */
function cachedDataFor(url: string, codeCache: Buffer | undefined): Buffer | undefined {
  const name = Buffer.from(`${url}\n`);
  return codeCache?.subarray(0, name.length).equals(name) === true
    ? codeCache.subarray(name.length)
    : undefined;
}

interface CompiledFunction {
  (): unknown;
  readonly cachedData?: Buffer;
}

function compile(
  globals: object,
  { source, url, codeCache }: ConfinedScript,
  options: { readonly produceCachedData?: true } = {},
): CompiledFunction {
  const cachedData = cachedDataFor(url, codeCache);
  return compileFunction(HEAD + source, [], {
    filename: url,
    columnOffset: -HEAD.length,
    // From the outer to the inner. The first may not be a proxy itself.
    contextExtensions: [Object.freeze(Object.create(EVERY_NAME) as object), globals],
    ...(cachedData && { cachedData }),
    ...options,
  }) as CompiledFunction;
}

const EVERY_NAME: object = new Proxy(
  Object.freeze(Object.create(null) as object),
  Object.freeze<ProxyHandler<object>>({
    has: () => true,
    get: () => undefined,
    set(_target, name) {
      throw new ReferenceError(`${String(name)} is not defined`);
    },
  }),
);

const WORD_END = /[\w$]/;
/** After the word, where it is no name of a member. A comment may hide the rest, one of HTML's too (ECMA-262, B.1.1). */
const IMPORTS = /\s*(?:\(|\/[/*]|<!--|-->|\.\s*(?:source|defer|meta|\/[/*]|<!--|-->))/y;

/** Keywords have no escapes: whatever imports has the word in it. Strings and comments may not either. */
function rejectImports({ source, url }: ConfinedScript): void {
  const word = "import";
  for (let at = source.indexOf(word); at !== -1; at = source.indexOf(word, at + 1)) {
    if (at > 0 && WORD_END.test(source.charAt(at - 1))) continue;
    const isMember = source.charAt(at - 1) === "." && !source.endsWith("...", at);
    IMPORTS.lastIndex = at + word.length;
    if (isMember || !IMPORTS.test(source)) continue;
    const line = source.slice(0, at).split("\n").length;
    throw new SyntaxError(
      `a kernel's bundle may not import by an expression, as it does at ${url}:${line}`,
    );
  }
}
