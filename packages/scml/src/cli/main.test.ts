// SPDX-License-Identifier: MPL-2.0

import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Report } from "../report/report.ts";
import { CHECK_HELP } from "./check.ts";
import { EXPLAIN_HELP } from "./explain.ts";
import { FMT_HELP } from "./fmt.ts";
import { LSP_HELP } from "./lsp.ts";
import { HELP, main } from "./main.ts";
import { MATCH_HELP } from "./match.ts";
import { RUN_HELP } from "./run.ts";

let dir = "";
const at = (name: string): string => join(dir, name);

beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), "scml-cli-"));
  writeFileSync(at("good.scml"), "open(path, flags = O_RDONLY | O_CLOEXEC);\nclose(fd);\n");
  writeFileSync(at("warn.scml"), "opne(path);\n");
  writeFileSync(at("bad.scml"), "open(path;\n");
  writeFileSync(at("ugly.scml"), "close( fd ) ; // why\n");
  mkdirSync(at("set/deep"), { recursive: true });
  writeFileSync(at("set/a.scml"), "mode = O_RDONLY;\nopen(path, flags = <mode>);\n");
  writeFileSync(at("set/deep/b.scml"), "mode = O_TRUNC;\nopen(path, flags = <mode>);\n");
  writeFileSync(at("set/deep/c.txt"), "no rules\n");
  writeFileSync(at("ok.trace"), 'open("/x", O_RDONLY) = 3\nclose(3) = 0\n+++ exited with 0 +++\n');
  writeFileSync(
    at("gap.trace"),
    'open("/x", O_RDONLY|O_TRUNC) = -1 EACCES (Permission denied)\nopen("/y", O_RDONLY|O_TRUNC) = 3\nread(3, "<&>", 3) = 3\nclose(3) = 0\nnoise\n',
  );
  writeFileSync(at("none.trace"), "this is\nno trace\n");
  writeFileSync(at("sums.trace"), "% time calls syscall\n------ ----- -----\n 100.00    1 close\n");
  writeFileSync(at("cut.gz"), Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3, 1]));
});
afterAll(() => rmSync(dir, { recursive: true }));

async function run(...args: string[]): Promise<{ exit: number; out: string; err: string }> {
  let out = "";
  let err = "";
  const exit = await main(args, { out: (text) => (out += text), err: (text) => (err += text) });
  return { exit, out, err };
}

test("each command tells how it is used, also among other arguments", async () => {
  for (const [args, help] of [
    [["--help"], HELP],
    [["check", "--help"], CHECK_HELP],
    [["fmt", "x", "-h"], FMT_HELP],
    [["match", "--rules", "x", "--help"], MATCH_HELP],
    [["run", "--help"], RUN_HELP],
    [["explain", "--help"], EXPLAIN_HELP],
    [["lsp", "--help"], LSP_HELP],
  ] as const) {
    expect(await run(...args)).toEqual({ exit: 0, out: help, err: "" });
  }
});

test("every option that a help names is taken, and no other", async () => {
  for (const [command, help] of [
    ["check", CHECK_HELP],
    ["fmt", FMT_HELP],
    ["match", MATCH_HELP],
    ["run", RUN_HELP],
    ["explain", EXPLAIN_HELP],
  ] as const) {
    const options = new Set(help.match(/--[a-z]+(?=[ ,]|$)/gm) ?? []);
    for (const option of options) {
      if (option === "--help") continue;
      const { err } = await run(command, option);
      expect(`${command} ${option}: ${err}`).not.toContain("unknown option");
    }
    expect((await run(command, "--nonsense")).err).toContain("unknown option --nonsense");
    expect(help.split("\n").every((line) => line.length <= 100)).toBe(true);
  }
});

test.each([
  [[], 2],
  [["nonsense"], 2],
  [["check"], 2],
  [["check", "/no/such.scml"], 2],
  [["check", "--arch", "vax", "x"], 2],
  [["match", "--trace", "x"], 2],
  [["match", "--rules"], 2],
  [["match", "--rules", "x"], 2],
  [["run", "--rules", "x"], 2],
  [["run", "--rules", "x", "true"], 2],
  [["explain"], 2],
])("scml %j is bad usage", async (args, exit) => {
  const result = await run(...args);
  expect(result.exit).toBe(exit);
  expect(result.out).toBe("");
  expect(result.err).not.toBe("");
});

test("check exits with 1 for errors, for warnings only with --strict", async () => {
  expect(await run("check", at("good.scml"))).toEqual({
    exit: 0,
    out: "1 file, 2 rules: 0 errors, 0 warnings\n",
    err: "",
  });
  const warned = await run("check", at("warn.scml"));
  expect(warned.exit).toBe(0);
  expect(warned.out).toContain(
    `${at("warn.scml")}:1:1: warning[SCML101]: Linux has no system call "opne"\n 1 | opne(path);\n   | ^^^^\n   = did you mean "open"?\n`,
  );
  expect((await run("check", "--strict", at("warn.scml"))).exit).toBe(1);
  const bad = await run("check", at("bad.scml"), at("good.scml"));
  expect(bad.exit).toBe(1);
  expect(bad.out).toContain("2 files, 2 rules: 1 error, 0 warnings");
  expect((await run("check", "--arch", "aarch64", "--strict", at("good.scml"))).out).toContain(
    "SCML102",
  );
});

test("check --json gives records", async () => {
  const { out } = await run("check", "--json", at("warn.scml"));
  expect(JSON.parse(out)).toEqual([
    {
      path: at("warn.scml"),
      line: 1,
      column: 1,
      endLine: 1,
      endColumn: 5,
      code: "SCML101",
      severity: "warning",
      message: 'Linux has no system call "opne"',
      help: 'did you mean "open"?',
    },
  ]);
});

test("check reads the files of directories, each with names of its own", async () => {
  expect(await run("check", at("set"))).toEqual({
    exit: 0,
    out: "2 files, 4 rules: 0 errors, 0 warnings\n",
    err: "",
  });
  mkdirSync(at("empty"));
  expect((await run("check", at("empty"))).err).toContain("no .scml files");
});

test("fmt lays out in place, --check only tells, and errors leave a file alone", async () => {
  expect(await run("fmt", "--check", at("ugly.scml"))).toEqual({
    exit: 1,
    out: `${at("ugly.scml")}\n`,
    err: "",
  });
  expect((await run("fmt", at("ugly.scml"))).exit).toBe(0);
  expect(readFileSync(at("ugly.scml"), "utf8")).toBe("close(fd); // why\n");
  expect(await run("fmt", "--check", at("ugly.scml"))).toEqual({ exit: 0, out: "", err: "" });
  const bad = await run("fmt", at("bad.scml"));
  expect(bad.exit).toBe(1);
  expect(bad.err).toContain("SCML003");
  expect(readFileSync(at("bad.scml"), "utf8")).toBe("open(path;\n");
});

test("match exits with 0 where all is supported and with 1 where not", async () => {
  const good = await run("match", "--rules", at("good.scml"), "--trace", at("ok.trace"));
  expect(good).toEqual({
    exit: 0,
    out: "2 calls in 3 lines: 100 % supported, 0 unsupported, 0 unreadable lines\n",
    err: "",
  });
  const gaps = await run("match", "--rules", at("good.scml"), "--trace", at("gap.trace"));
  expect(gaps.exit).toBe(1);
  expect(gaps.out).toBe(`4 calls in 5 lines: 25.00 % supported, 3 unsupported, 1 unreadable lines

      2 × open: flags: O_TRUNC not in O_RDONLY | O_CLOEXEC (1 failed in the trace too)
          first: ${at("gap.trace")}:1: open("/x", O_RDONLY|O_TRUNC) = -1 EACCES (Permission denied)
          rule:  ${at("good.scml")}:1: open(path, flags = O_RDONLY | O_CLOEXEC)
      1 × read: no rule for read
          first: ${at("gap.trace")}:3: read(3, "<&>", 3) = 3

Unreadable:
  ${at("gap.trace")}:5:1: expected "(" behind the name of a call
    noise
`);
});

test("match --json has the documented fields", async () => {
  const { out } = await run(
    "match",
    "--json",
    "--rules",
    at("good.scml"),
    "--trace",
    at("gap.trace"),
  );
  const report = JSON.parse(out) as Report;
  expect(report.summary).toEqual({
    lines: 5,
    calls: 4,
    supported: 1,
    unverified: 0,
    unsupported: 3,
    unreadable: 1,
    share: 0.25,
  });
  expect(report.gaps[0]).toMatchObject({
    call: "open",
    kind: "value",
    argument: "flags",
    culprit: "O_TRUNC",
    count: 2,
    failed: 1,
    first: { line: 1 },
    nearest: { line: 1 },
  });
  // The page of the schema names every field that there is, and no other.
  const page = readFileSync(new URL("../../../../docs/scml-report.md", import.meta.url), "utf8");
  const documented = new Set([...page.matchAll(/^\| `([\w[\].]+)` \|/gm)].map(([, name]) => name));
  const found = new Set<string>();
  const visit = (value: unknown, path: string): void => {
    if (Array.isArray(value)) for (const item of value as unknown[]) visit(item, `${path}[]`);
    else if (value !== null && typeof value === "object") {
      for (const [key, item] of Object.entries(value)) {
        found.add(path === "" ? key : `${path}.${key}`);
        visit(item, path === "" ? key : `${path}.${key}`);
      }
    }
  };
  visit({ ...report, sets: [] }, "");
  expect([...found].filter((name) => !documented.has(name))).toEqual([]);
  expect(
    [...documented].filter((name) => name?.startsWith("sets[]") !== true && !found.has(name ?? "")),
  ).toEqual([]);
});

test("match --jsonl has a line for each gap of each trace, with the documented columns", async () => {
  const { out, exit } = await run(
    "match",
    "--jsonl",
    "--rules",
    at("good.scml"),
    "--trace",
    at("gap.trace"),
    at("ok.trace"),
    at("gap.trace"),
  );
  expect(exit).toBe(1);
  const lines = out
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as Record<string, unknown>);
  expect(lines).toHaveLength(4);
  const page = readFileSync(new URL("../../../../docs/scml-report.md", import.meta.url), "utf8");
  const columns = /```columns\n([^`]*)```/.exec(page)?.[1]?.trim().split(/\s+/);
  for (const line of lines) expect(Object.keys(line)).toEqual(columns);
});

test("match --html writes one page that loads nothing and escapes what traces hold", async () => {
  const { exit } = await run(
    "match",
    "--html",
    at("page.html"),
    "--rules",
    at("good.scml"),
    "--trace",
    at("gap.trace"),
  );
  expect(exit).toBe(1);
  const page = readFileSync(at("page.html"), "utf8");
  expect(page).toContain("25.00 % supported");
  expect(page).toContain("read(3, &#34;&#60;&#38;&#62;&#34;, 3)");
  expect(page).not.toMatch(/<script|https?:|<link|url\(/);
});

test("match compares the sets of several kernels", async () => {
  const { out, exit } = await run(
    "match",
    "--set",
    `one=${at("good.scml")}`,
    `two=${at("set")}`,
    at("ugly.scml"),
    "--trace",
    at("gap.trace"),
  );
  expect(exit).toBe(1);
  expect(out).toContain("== one ==");
  expect(out).toContain("== two ==");
  expect(out).toMatch(/ +2 +- +open flags O_TRUNC|one/);
  expect(out).toMatch(/one +two +gap/);
});

test.each([
  ["none.trace", "not a trace"],
  ["sums.trace", "record without -c"],
  ["cut.gz", "gzip"],
  ["missing", "no such file"],
  [".", "directory"],
])("the trace %s is a bad input", async (name, message) => {
  const { exit, err, out } = await run("match", "--rules", at("good.scml"), "--trace", at(name));
  expect({ exit, out }).toEqual({ exit: 2, out: "" });
  expect(err).toContain(message);
});

test("rules with errors are a bad input, and are shown", async () => {
  const { exit, err } = await run("match", "--rules", at("bad.scml"), "--trace", at("ok.trace"));
  expect(exit).toBe(2);
  expect(err).toContain("SCML003");
});

test("explain tells which rule takes a call and what keeps the others from it", async () => {
  expect(await run("explain", "--rules", at("good.scml"), 'open("/x", O_RDONLY)')).toEqual({
    exit: 0,
    out: `${at("good.scml")}:1: matches\n    open(path, flags = O_RDONLY | O_CLOEXEC)\n`,
    err: "",
  });
  const no = await run("explain", "--rules", at("good.scml"), 'open("/x", O_RDONLY|O_PATH, 0644)');
  expect(no.exit).toBe(1);
  expect(no.out).toContain(
    "3 arguments; the rule takes 2\n  - flags: O_PATH is not in O_RDONLY | O_CLOEXEC\n",
  );
  expect((await run("explain", "--rules", at("good.scml"), "opne(1)")).out).toBe(
    "no rule for opne (there are rules for open)\n",
  );
  expect((await run("explain", "--rules", at("good.scml"), "open(")).exit).toBe(2);
  expect((await run("explain", "openat")).out).toContain("x86_64 257, aarch64 56, riscv64 56");
});

const hasStrace = spawnSync("strace", ["-V"]).status === 0;
(hasStrace ? test : test.skip)("run gives the program its arguments untouched", async () => {
  const script =
    'require("fs").writeFileSync(process.argv[1], JSON.stringify(process.argv.slice(2)))';
  const args = ["a b", "$HOME", "'", '"', "*", "--rules", "--", ""];
  const { exit, out } = await run(
    "run",
    "--json",
    "--keep",
    at("kept"),
    "--rules",
    at("good.scml"),
    "--",
    process.execPath,
    "-e",
    script,
    at("args"),
    ...args,
  );
  expect(exit).toBe(1);
  expect(JSON.parse(readFileSync(at("args"), "utf8"))).toEqual(
    args.slice(0, 5).concat(args.slice(5)),
  );
  const report = JSON.parse(out) as Report;
  expect(report.summary.calls).toBeGreaterThan(100);
  expect(report.summary.unreadable).toBe(0);
  // The kept trace says the same.
  const again = await run("match", "--json", "--rules", at("good.scml"), "--trace", at("kept"));
  expect((JSON.parse(again.out) as Report).summary.unsupported).toBe(report.summary.unsupported);
  const missing = await run("run", "--rules", at("good.scml"), "--", at("no-such-program"));
  expect(missing.exit).toBe(2);
});
