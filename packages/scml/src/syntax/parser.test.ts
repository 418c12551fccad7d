// SPDX-License-Identifier: MPL-2.0

import { expect, test } from "@jest/globals";
import { renderDiagnostic } from "./diagnostic.ts";
import { MAX_NESTING, parse } from "./parser.ts";

const errors = (text: string): string[] => {
  const { program, diagnostics } = parse(text, "x.scml");
  return diagnostics.map(({ code, message, start }) => {
    const { line, column } = program.source.positionAt(start);
    return `${line}:${column} ${code} ${message}`;
  });
};

test("an error is shown with its line and a caret", () => {
  const { program, diagnostics } = parse("\topen(path,\n\tflags = |);", "dir/x.scml");
  expect(diagnostics.map((diagnostic) => renderDiagnostic(diagnostic, program.source))).toEqual([
    'dir/x.scml:2:10: error[SCML003]: expected a flag, a number, "<", "{" or "[", found "|"\n' +
      " 2 | \tflags = |);\n" +
      "   | \t        ^\n",
  ]);
});

test("all errors of a file are reported, each once, and the good rules are kept", () => {
  const text = `open(path, flags = O_RDONLY | , mode);
foo(a, b = { x = 1, .. , c)
bar(x,, y)
struct = {a};
read(fd, ..., n);
ok(a, 0);
z(a = @);`;
  expect(errors(text)).toEqual([
    '1:31 SCML003 expected a flag, a number, "<", "{" or "[", found ","',
    '2:26 SCML003 ".." must be the last: expected "}", found "c"',
    '2:28 SCML004 expected ";" after the rule, found "bar"',
    '3:7 SCML003 expected an argument, found ","',
    '3:11 SCML004 expected ";" after the rule, found "struct"',
    '4:10 SCML003 expected a flag, a number, "<", "{" or "[", found "{"',
    '5:10 SCML003 expected "..", found "..."',
    '5:15 SCML003 ".." must be the last: expected ")", found "n"',
    '7:7 SCML001 unexpected character "@"',
    '7:8 SCML003 expected a flag, a number, "<", "{" or "[", found ")"',
  ]);
  expect(parse(text).program.rules.map((rule) => rule.name.text)).toContain("ok");
});

test("a forgotten semicolon is reported behind the rule, and the next rule is read", () => {
  expect(errors("a(x)\nb(y);")).toEqual(['1:5 SCML004 expected ";" after the rule, found "b"']);
  expect(parse("a(x)\nb(y);").program.rules).toHaveLength(2);
});

test("comments stand anywhere, and commas behind the last of a list", () => {
  const text = "open( // one\n path, /* two */ flags = A | // three\n B, ) // four\n ; // five";
  expect(errors(text)).toEqual([]);
  expect(parse(text).program.comments.map((comment) => comment.kind)).toEqual([
    "line",
    "block",
    "line",
    "line",
    "line",
  ]);
});

test("numbers, paths and integers stand where flags do", () => {
  const { program, diagnostics } = parse(
    'f(a = 0 | X | <INTEGER> | <PATH: "/proc", "/a\\"b",> | <PATH> | <x>, -1, 0x1F);',
  );
  expect(diagnostics).toEqual([]);
  const rule = program.rules[0];
  const parts =
    rule?.kind === "syscall" && rule.params[0]?.pattern?.kind === "flags"
      ? rule.params[0].pattern.parts
      : [];
  expect(parts.map((part) => part.kind)).toEqual([
    "number",
    "flag",
    "integer",
    "path",
    "path",
    "reference",
  ]);
  expect(parts[3]).toMatchObject({ trees: ["/proc", '/a"b'] });
});

test.each([
  ["f(a = 12ab);", "SCML006"],
  ['f(a = <PATH: "x>);', "SCML005"],
  ['f(a = <PATH: "x\\"\n>);', "SCML005"],
  ["f(a); /* no end", "SCML002"],
  [`f(a = ${"[".repeat(MAX_NESTING + 1)}x${"]".repeat(MAX_NESTING + 1)});`, "SCML007"],
  ["f(a = #);", "SCML001"],
])("%s has the error %s", (text, code) => {
  expect(parse(text).diagnostics.map((diagnostic) => diagnostic.code)).toContain(code);
});

test("nesting up to the limit is fine, and far beyond it is no harm", () => {
  expect(errors(`f(a = ${"[".repeat(MAX_NESTING)}x${"]".repeat(MAX_NESTING)});`)).toEqual([]);
  expect(parse(`f(a = ${"[{x=".repeat(200_000)}`).diagnostics.length).toBeGreaterThan(0);
});

test("an empty file is a program", () => {
  expect(errors("")).toEqual([]);
  expect(errors("// only a comment")).toEqual([]);
});
