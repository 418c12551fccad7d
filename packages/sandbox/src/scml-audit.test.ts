// SPDX-License-Identifier: MPL-2.0

import { expect, test } from "@jest/globals";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { check, RuleSet, type UnsupportedCall } from "@aster/scml";
import { openAudit } from "./cli/audit.ts";
import { kernelRules, ScmlAudit } from "./scml-audit.ts";

const bytes = (text: string): Uint8Array => Buffer.from(text, "latin1");

function audit(trace: string, sets = [kernelRules()]) {
  const outside: UnsupportedCall[] = [];
  const one = new ScmlAudit(sets, (call) => outside.push(call));
  // Pieces end where they like.
  for (let at = 0; at < trace.length; at += 7) one.write(bytes(trace.slice(at, at + 7)));
  return { report: one.finish(), outside };
}

test("a call outside the kernel's rules is told of as it comes, others are not", () => {
  const { report, outside } = audit(
    'openat(AT_FDCWD, "/x", O_RDONLY) = 3\n' +
      "mremap(0x7000000, 4096, 8192, MREMAP_MAYMOVE) = 0x7100000\n" +
      "open_by_handle_at(3, 0x1000, O_RDONLY) = -1 ENOSYS (Function not implemented)\n" +
      "madvise(0x7000000, 4096, MADV_HWPOISON) = -1 EINVAL (Invalid argument)\n",
  );
  expect(outside.map(({ gap, failed, line }) => [line, gap.cause.culprit, failed])).toEqual([
    [3, "open_by_handle_at", true],
    [4, "MADV_HWPOISON", true],
  ]);
  expect(report.summary).toMatchObject({ calls: 4, supported: 2, unsupported: 2, unreadable: 0 });
  expect(report.contradictions).toEqual([]);
});

test("a call inside the rules that the kernel does not have contradicts them", () => {
  const { report } = audit("getpid() = -1 ENOSYS (Function not implemented)\n");
  expect(report.contradictions).toEqual(["getpid() = -1 ENOSYS (Function not implemented)"]);
});

test("further rule sets are matched beside the kernel's", () => {
  const other = new RuleSet([check("getpid();", "other.scml").program], "other");
  const { report, outside } = audit("getpid() = 1\ngetppid() = 0\n", [kernelRules(), other]);
  expect(outside.map(({ rules, text }) => [rules, text])).toEqual([["other", "getppid() = 0"]]);
  expect(report.sets.map(({ name, summary }) => [name, summary.unsupported])).toEqual([
    ["kernel", 0],
    ["other", 1],
  ]);
});

test("--scml-audit=FILE gets the findings and the report; --scml needs it and readable rules", () => {
  const directory = mkdtempSync(join(tmpdir(), "aster-audit-"));
  try {
    const file = join(directory, "audit");
    const rules = join(directory, "other.scml");
    writeFileSync(rules, "getpid();");
    const output = openAudit({ scmlAudit: file, scml: [rules] });
    output?.write(bytes("getppid()             = 0\ngetpid() = 1\n"));
    output?.close();
    const text = readFileSync(file, "utf8");
    expect(text).toContain(
      `scml-audit: outside the rules of ${rules}: getppid() = 0 (no rule for getppid)\n`,
    );
    expect(text).toContain("2 calls in 2 lines: 50.00 % supported");
    expect(() => openAudit({ scml: [rules] })).toThrow(/give --scml-audit too/);
    writeFileSync(rules, "getpid(;");
    expect(() => openAudit({ scmlAudit: file, scml: [rules] })).toThrow(/SCML0/);
    expect(() => openAudit({ scmlAudit: join(directory, "no/file") })).toThrow(/no such file/i);
  } finally {
    rmSync(directory, { recursive: true });
  }
});
