// SPDX-License-Identifier: MPL-2.0

import { expect, test } from "@jest/globals";
import { format } from "./formatter.ts";

const formatted = (text: string): string => {
  const result = format(text);
  return result.ok ? result.text : "";
};

test("short rules stand on one line, long ones on several with a comma behind the last", () => {
  expect(formatted("open( path,flags=O_RDONLY|O_CLOEXEC,..,) ;")).toBe(
    "open(path, flags = O_RDONLY | O_CLOEXEC, ..);\n",
  );
  const long = formatted(`poll(fds = [{events = ${"POLLIN | ".repeat(12)}POLLOUT, ..}], n, t);`);
  expect(long).toContain(
    "    fds = [\n        {\n            events =\n                POLLIN |\n",
  );
  expect(long).toMatch(/ {12}\.\.\n {8}\},\n {4}\],\n {4}n,\n {4}t,\n\);\n$/);
});

// Each was once laid out otherwise the second time.
test.each([
  'p = <PATH: "" /*\n*/, /**/>;',
  'p = <PATH: "/" // a\n, // b\n>;',
  "f(a, .. /*\n*/, /**/);",
  "f(a = {b, .., // c\n});",
  "a(/* x */) /* y\n */; // z",
  "// only a comment",
  "",
])("%j formats to itself and keeps its comments", (text) => {
  const once = formatted(text);
  expect(formatted(once)).toBe(once);
  const comments = /\/\/[^\n]*|\/\*[^]*?\*\//g;
  expect(once.match(comments)).toEqual(text.match(comments));
});

test("a file with errors is left alone", () => {
  expect(format('p = <PATH: "x\\"\n>;')).toMatchObject({ ok: false });
});
