// SPDX-License-Identifier: MPL-2.0

import { compileFunction, Script } from "node:vm";
import { codeFor, makeCodeCache } from "../code-cache.ts";

/** Code to evaluate: one expression. */
export interface ConfinedScript {
  readonly source: string;
  /** The name that traces and debuggers know it by; its source map's is relative to it. */
  readonly url: string;
  /**
   * Of `keepConfinedCode` for the very same source, which is trusted then; not used where V8's version or the script's
   * URL is another.
   */
  readonly codeCache?: Buffer;
}

/** The function that evaluates a script; the script's first line begins after it. */
const HEAD = '"use strict"; return ';
/** The same with the objects that names are looked up in, for a script that is trusted not to end the function. */
const TRUSTED_HEAD = `(function () { with (this.outer) with (this.globals) return function () { ${HEAD}`;
const TRUSTED_TAIL = "\n}; })";

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

let trusted: { readonly script: Script; readonly url: string } | undefined;

/** What V8 keeps of the trusted script that was evaluated last, as far as it has run: for `ConfinedScript.codeCache`. */
export function keepConfinedCode(): Buffer | undefined {
  return trusted && makeCodeCache(trusted.url, trusted.script.createCachedData());
}

function compile(globals: object, { source, url, codeCache }: ConfinedScript): () => unknown {
  // The first may not be a proxy itself.
  const outer = Object.freeze(Object.create(EVERY_NAME) as object);
  const code = codeFor(url, codeCache);
  if (code === undefined) {
    return compileFunction(HEAD + source, [], {
      filename: url,
      columnOffset: -HEAD.length,
      // From the outer to the inner.
      contextExtensions: [outer, globals],
    }) as () => unknown;
  }
  // V8 keeps what has run of a script only, not of a function.
  const script = new Script(TRUSTED_HEAD + source + TRUSTED_TAIL, {
    filename: url,
    columnOffset: -TRUSTED_HEAD.length,
    ...(code.length > 0 && { cachedData: code }),
  });
  trusted = { script, url };
  const make = script.runInThisContext() as () => () => unknown;
  return Reflect.apply(make, { outer, globals }, []);
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
