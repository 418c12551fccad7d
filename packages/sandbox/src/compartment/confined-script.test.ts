// SPDX-License-Identifier: MPL-2.0

import { expect, test } from "@jest/globals";
import { makeCodeCache } from "../code-cache.ts";
import { evaluateConfined, keepConfinedCode } from "./confined-script.ts";

const GLOBALS = Object.freeze({ ["__proto__"]: null, answer: 42, undefined });

function evaluate(source: string, codeCache?: Buffer): unknown {
  return evaluateConfined(GLOBALS, {
    source,
    url: "file:///kernel.js",
    ...(codeCache && { codeCache }),
  });
}

test("a script sees its globals, and no others", () => {
  expect(evaluate("answer")).toBe(42);
  expect(evaluate("[typeof process, typeof globalThis, typeof eval, typeof require]")).toEqual(
    Array.from({ length: 4 }, () => "undefined"),
  );
  expect(evaluate("(function () { return this; })()")).toBeUndefined();
  expect(evaluate("this")).toBe(GLOBALS);
});

test("a script can make no global, and change none", () => {
  expect(() => evaluate("(made = 1)")).toThrow("made is not defined");
  expect(() => evaluate("(answer = 1)")).toThrow("Cannot assign to read only property");
  expect(evaluate("1; var process = 3;")).toBe(1);
  expect("made" in globalThis).toBe(false);
});

test("a script can not end the function that it is in", () => {
  expect(() => evaluate("1 } function outside() {")).toThrow("Unexpected token '}'");
  expect(() => evaluate("1 }); (() => {")).toThrow("Unexpected token '}'");
  expect(() => evaluate("(() => { with ({}) {} })()")).toThrow("Strict mode code");
  expect(() => evaluate("arguments.callee")).toThrow("strict mode functions");
  expect(evaluate("arguments.length")).toBe(0);
});

test.each([
  'import("node:fs")',
  'import ("node:fs")',
  'import/**/("node:fs")',
  'import//\n("node:fs")',
  'import\u2028("node:fs")',
  'import<!--\n("node:fs")',
  'import\n-->\n("node:fs")',
  'import./**/source("node:fs")',
  '[...import("node:fs")]',
  "import.meta",
  'import . source("node:fs")',
  'a + import\t\n("node:fs")',
])("a script that imports is refused before it is compiled: %j", (source) => {
  expect(() => evaluate(source)).toThrow(
    /may not import by an expression, as it does at .*kernel\.js:1$/,
  );
});

test("what only looks like an import is none", () => {
  expect(evaluate("({ import: () => 1 }).import()")).toBe(1);
  expect(evaluate('"imported (goods)"')).toBe("imported (goods)");
});

test("errors name the script's own lines and columns", () => {
  let stack = "";
  try {
    evaluate("null.member");
  } catch (error) {
    stack = String((error as Error).stack);
  }
  expect(stack).toContain("file:///kernel.js:1:6");
});

/** What V8 keeps of evaluating `source`. */
function keepCode(source: string, url: string): Buffer {
  evaluateConfined(GLOBALS, { source, url, codeCache: makeCodeCache(url, Buffer.alloc(0)) });
  return keepConfinedCode() ?? Buffer.alloc(0);
}

test("code that was kept is the same code; what is none is not used", () => {
  const source = "((x) => x + answer)";
  const cache = keepCode(source, "file:///kernel.js");
  expect(cache.length).toBeGreaterThan(100);
  const add = evaluate(source, cache) as (x: number) => number;
  expect(add(1)).toBe(43);
  for (const none of [Buffer.alloc(256), makeCodeCache("file:///kernel.js", Buffer.alloc(256))]) {
    const other = evaluate(source, none) as (x: number) => number;
    expect(other(2)).toBe(44);
  }
});

test("with code that was kept, a script sees its globals and no others", () => {
  const source =
    "[answer, typeof process, typeof globals, typeof outer, arguments.length, this === undefined]";
  const expected = [42, "undefined", "undefined", "undefined", 0, false];
  expect(evaluate(source)).toEqual(expected);
  expect(evaluate(source, keepCode(source, "file:///kernel.js"))).toEqual(expected);
  const making = "() => (made = 1)";
  const make = evaluate(making, keepCode(making, "file:///kernel.js")) as () => unknown;
  expect(make).toThrow("made is not defined");
});

test.each(["file:///kernel.js", "file:///elsewhere.js"])(
  "traces have the script's own name, with code that was kept of %s",
  (url) => {
    const source = "(() => { try { null.member } catch (error) { return error.stack } })()";
    expect(evaluate(source, keepCode(source, url))).toContain("file:///kernel.js:1:");
  },
);
