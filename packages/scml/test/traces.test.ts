// SPDX-License-Identifier: MPL-2.0

// The traces were recorded by tools/scml-traces/record.sh from programs of Debian.

import { expect, test } from "@jest/globals";
import { readdirSync, readFileSync } from "node:fs";
import { check } from "../src/check/checker.ts";
import { Analyzer } from "../src/match/analyzer.ts";
import { RuleSet } from "../src/match/rule-set.ts";
import { reportOf } from "../src/report/report.ts";
import { readTrace } from "../src/trace/call.ts";
import { readTraceFile } from "../src/trace/file.ts";
import { TraceReader } from "../src/trace/reader.ts";

const DIR = new URL("traces/", import.meta.url);
const names = readdirSync(DIR).filter((name) => name.endsWith(".strace"));
const text = (name: string): string => readFileSync(new URL(name, DIR), "latin1");

test.each(names)("every line of %s is read", (name) => {
  const { calls, problems } = readTrace(text(name));
  expect(problems).toEqual([]);
  // Calls by a much simpler count: lines with a call, of which the resumed halves count once.
  const lines = text(name).split("\n");
  const begun = lines.filter(
    (line) =>
      /(?:^|[ \]>])[a-z_][a-z0-9_]*\(.*(?: = |<unfinished \.\.\.>)/.test(line) &&
      !/^ > |^ \| |<\.\.\. /.test(line),
  );
  expect(calls).toHaveLength(begun.length);
});

/** The same program, printed in different ways. */
const looks = names.filter((name) =>
  /^(?:plain|f|y|yy|t|tt|ttt|r|r-t|T|v|x|xx|X-\w+|s4|n|i|k|Y|dumps|all|a1)\.strace$/.test(name),
);
const callNames = (name: string): string[] => readTrace(text(name)).calls.map((call) => call.name);

test.each(looks)("%s has the same calls as the plain trace", (name) => {
  expect(callNames(name)).toEqual(callNames("plain.strace"));
});

const RULES = `
file_flags = O_RDONLY | O_CLOEXEC;
openat(dirfd, path = <PATH>, flags = <file_flags>);
mmap(addr, length, prot = PROT_READ | PROT_WRITE | PROT_EXEC, flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, fd, offset);
mprotect(addr, length, prot = PROT_READ);
access(path, mode = R_OK);
newfstatat(dirfd, path, buf, flags = AT_EMPTY_PATH);
fadvise64(fd, offset, len, advice = POSIX_FADV_SEQUENTIAL);
prlimit64(pid, resource = RLIMIT_STACK, new, old);
arch_prctl(code = ARCH_SET_FS, addr);
getrandom(buf, len, flags = GRND_NONBLOCK);
read(..); write(..); close(..); brk(..); munmap(..); execve(..); pread64(..); exit_group(..);
set_tid_address(..); set_robust_list(..); rseq(..);
`;
const rules = new RuleSet([check(RULES, "rules.scml").program]);

function gapsOf(name: string): string[] {
  const analyzer = new Analyzer([rules]);
  const reader = analyzer.reader(name);
  reader.write(text(name));
  analyzer.finish(reader);
  const { gaps, summary } = reportOf(analyzer, [name]);
  expect(summary.supported + summary.unsupported).toBe(summary.calls);
  return gaps.map((gap) => `${gap.count} ${gap.call} ${gap.argument} ${gap.culprit}`).sort();
}

test("names that strace prints and numbers that it prints with -X raw come to the same gaps", () => {
  const plain = gapsOf("plain.strace");
  // The loader maps libraries with flags that the rules leave out on purpose.
  expect(plain).toEqual(["4 mmap flags MAP_DENYWRITE"]);
  for (const name of looks)
    expect(`${name} ${gapsOf(name).join("; ")}`).toBe(`${name} ${plain.join("; ")}`);
});

test("a gzip file reads as the plain one", async () => {
  const path = (name: string): string => new URL(name, DIR).pathname;
  const count = async (name: string): Promise<object> => {
    const reader = new TraceReader({ call: () => undefined, unreadable: () => undefined });
    await readTraceFile(path(name), reader);
    reader.end();
    return reader.counts;
  };
  expect(await count("plain.strace.gz")).toEqual(await count("plain.strace"));
});

test("pieces of any size make the same calls", () => {
  const whole = text("signals.strace");
  const read = (size: number): string[] => {
    const found: string[] = [];
    const reader = new TraceReader({
      call: (scanner, place) =>
        found.push(`${place.line} ${scanner.pid} ${scanner.name} ${scanner.argc} ${place.text}`),
      unreadable: (place, column, problem) => found.push(`${place.line}:${column} ${problem}`),
    });
    for (let at = 0; at < whole.length; at += size) reader.write(whole.slice(at, at + size));
    reader.end();
    return found;
  };
  const expected = read(whole.length);
  for (const size of [1, 7, 64, 1000]) expect(read(size)).toEqual(expected);
});
