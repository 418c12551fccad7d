// SPDX-License-Identifier: MPL-2.0

import { expect, test } from "@jest/globals";
import { existsSync, readFileSync } from "node:fs";
import { check, type CheckOptions } from "./checker.ts";
import { CODES } from "./codes.ts";
import { editDistance, nearestWord } from "./suggest.ts";

const codes = (text: string, options: CheckOptions = {}): string[] =>
  check(text, "x.scml", options).diagnostics.map((diagnostic) => diagnostic.code);

test.each(Object.entries(CODES))(
  "%s has a page whose example shows it and whose remedy is clean",
  (code, { severity, title }) => {
    const path = new URL(`../../../../docs/scml/${code}.md`, import.meta.url);
    expect(existsSync(path)).toBe(true);
    const page = readFileSync(path, "utf8");
    expect(page).toContain(`# ${code}: ${title}\n\nSeverity: ${severity}.`);
    const [bad = "", good = ""] = [...page.matchAll(/```scml\n([^`]*)\n```/g)].map(
      ([, example]) => example ?? "",
    );
    const options: CheckOptions = code === "SCML102" ? { architecture: "aarch64" } : {};
    const { diagnostics } = check(bad, "x.scml", options);
    expect(diagnostics.map((diagnostic) => diagnostic.code)).toContain(code);
    for (const diagnostic of diagnostics)
      expect(diagnostic.severity).toBe(CODES[diagnostic.code]?.severity);
    expect(codes(good, options)).toEqual([]);
  },
);

test("names of one file are not known in another", () => {
  expect(codes("mode = O_RDONLY;\nopen(path, flags = <mode>);")).toEqual([]);
  expect(codes("open(path, flags = <mode>);")).toEqual(["SCML010"]);
});

test("a definition may stand behind its use", () => {
  expect(codes("open(path, flags = <mode>);\nmode = O_RDONLY;")).toEqual([]);
});

test("struct rules of one name are alternatives, wherever they stand", () => {
  expect(
    codes(
      "struct a = {sa_family = AF_INET, ..};\nclose(fd);\nstruct a = {sa_family = AF_UNIX, ..};\nbind(fd, a = <a>, n);",
    ),
  ).toEqual([]);
});

test("a slip is met with a suggestion", () => {
  const helps = (text: string): (string | undefined)[] =>
    check(text).diagnostics.map((diagnostic) => diagnostic.help);
  expect(helps("oepn(path, flags);")).toEqual(['did you mean "open"?']);
  expect(helps("open(path, flags = O_CLOEXCE);")).toEqual(['did you mean "O_CLOEXEC"?']);
  expect(helps("mode = O_RDONLY; open(path, flags = <mdoe> | <mode>);")).toEqual([
    "did you mean <mode>?",
  ]);
  expect(helps("setsockopt(fd, level = SOL_SOCKET, name = SO_REUSEADR, v, n);")).toEqual([
    'did you mean "SO_REUSEADDR"?',
  ]);
});

test("flags in fields of structs are checked, in a definition once", () => {
  const text =
    "struct pfd = {events = POLLIN | POLLNI, ..};\npoll(f = [<pfd>], n, t);\nppoll(f = [<pfd>], n, t, s, z);";
  expect(codes(text)).toEqual(["SCML108"]);
});

test("flags are not guessed at where their set is open", () => {
  expect(codes("ioctl(fd, op = MY_DRIVER_REQUEST, ..);")).toEqual([]);
  expect(codes("write(fd, buf, count = ANYTHING);")).toEqual([]);
});

test.each([
  ["open(path, flags);", []],
  ["open(path, flags, mode);", []],
  ["open(path);", ["SCML103"]],
  ["open(path, ..);", []],
  ["close(fd, ..);", []],
  ["close(fd, how, ..);", ["SCML103"]],
  ["close(..);", []],
  ["umount(target);", []],
  ["clone(fn, stack, flags, arg, ..);", []],
  ["preadv2(fd, iov, n, offset, flags);", []],
])("%s takes the right number of arguments: %j", (text, expected) => {
  expect(codes(text)).toEqual(expected);
});

test("a circle of many definitions is found and not followed for ever", () => {
  const count = 5000;
  const chain = Array.from(
    { length: count },
    (_, index) => `n${index} = <n${(index + 1) % count}>;`,
  ).join("\n");
  expect(
    codes(`${chain}\nopen(p, flags = <n0>);`).filter((code) => code === "SCML012"),
  ).toHaveLength(1);
});

test("the distance of words counts swaps once", () => {
  expect(editDistance("open", "oepn", 5)).toBe(1);
  expect(editDistance("", "abc", 5)).toBe(3);
  expect(editDistance("kitten", "sitting", 5)).toBe(3);
  expect(nearestWord("xyz", ["open", "close"])).toBeUndefined();
});

test("definitions that double at every step are no harm", () => {
  const chain = Array.from(
    { length: 90 },
    (_, index) => `n${index} = <n${index + 1}> | X${index} | <n${index + 1}>;`,
  ).join("\n");
  const text = `${chain}\nn90 = Y;\nfoo(a = <n0>);\nfoo(a = <n1>);`;
  expect(codes(text)).toContain("SCML106");
  const structs = Array.from(
    { length: 90 },
    (_, index) => `struct s${index} = {a = <s${index + 1}>, b = <s${index + 1}>, ..};`,
  ).join("\n");
  expect(
    codes(`${structs}\nstruct s90 = {c};\nfoo(a = <s0>);\nfoo(a = {a = <s1>, b = <s1>, ..});`),
  ).toContain("SCML105");
});
