// SPDX-License-Identifier: MPL-2.0

// SCML_FUZZ_ROUNDS=1000000 makes a long run of it, SCML_FUZZ_SEED another one.

import { expect, test } from "@jest/globals";
import { readdirSync, readFileSync } from "node:fs";
import { check } from "../src/check/checker.ts";
import { format } from "../src/format/formatter.ts";
import { Analyzer } from "../src/match/analyzer.ts";
import { Verdict } from "../src/match/verdict.ts";
import { explainCall } from "../src/match/explain.ts";
import { RuleSet } from "../src/match/rule-set.ts";
import { parse } from "../src/syntax/parser.ts";
import { callOf } from "../src/trace/call.ts";
import { TraceReader } from "../src/trace/reader.ts";
import { Random } from "./random.ts";

const rounds = Number(process.env["SCML_FUZZ_ROUNDS"] ?? 2000);
const seed = Number(process.env["SCML_FUZZ_SEED"] ?? 1);
const TIME_LIMIT = 60_000 + rounds * 10;

const FLAGS = [
  "O_RDONLY",
  "O_WRONLY",
  "O_CREAT",
  "O_CLOEXEC",
  "O_PATH",
  "NULL",
  "0",
  "0x40",
  "-1",
  "MAP_SHARED",
  "POLLIN",
  "POLLOUT",
  "FUTEX_WAIT",
  "FUTEX_WAKE_PRIVATE",
];
const CALLS = [
  "open",
  "openat",
  "poll",
  "mmap",
  "futex",
  "clone",
  "fcntl",
  "ioctl",
  "prctl",
  "semctl",
  "close",
];
const FIELDS = ["events", "fd", "sa_flags", "revents", "msg_control"];

/** A program that makes sense often enough to be worth matching. */
function program(random: Random): string {
  const blank = (): string => random.pick(["", " ", "\n", " // c\n", " /* d */ ", "\n\n", "\t"]);
  const flags = (): string => {
    const parts = Array.from({ length: 1 + random.below(4) }, () => {
      switch (random.below(8)) {
        case 0:
          return random.pick(["<a>", "<b>"]);
        case 1:
          return random.pick(["<INTEGER>", "<PATH>", '<PATH: "/proc", "/dev/*">', "<s>"]);
        default:
          return random.pick(FLAGS);
      }
    });
    return parts.join(`${blank()}|${blank()}`);
  };
  const pattern = (depth: number): string => {
    const kind = depth > 2 ? 0 : random.below(4);
    if (kind === 1) {
      const fields = Array.from(
        { length: 1 + random.below(3) },
        () => random.pick(FIELDS) + (random.below(3) === 0 ? "" : ` = ${pattern(depth + 1)}`),
      );
      return `{${blank()}${fields.join(`,${blank()}`)}${random.pick([", ..", "", ","])}${blank()}}`;
    }
    if (kind === 2)
      return `[${blank()}${pattern(depth + 1)}${random.below(3) === 0 ? `, ${pattern(depth + 1)}` : ""}${blank()}]`;
    return flags();
  };
  const lines = [
    `a = O_RDONLY | POLLIN${blank()};`,
    "b = <a> | O_CLOEXEC;",
    "struct s = { events = <a>, .. };",
  ];
  for (let count = 1 + random.below(6); count > 0; count -= 1) {
    const params = Array.from({ length: random.below(5) }, (_, index) =>
      random.below(2) === 0 ? `p${index}` : `p${index}${blank()}=${blank()}${pattern(0)}`,
    );
    const rest = random.pick(["", "", ", ..", ","]);
    lines.push(
      `${random.pick(CALLS)}(${blank()}${params.join(`,${blank()}`)}${params.length === 0 ? "" : rest}${blank()});`,
    );
  }
  return lines.join(blank());
}

/** The text of a call as strace might print it. */
function call(random: Random): string {
  const value = (depth: number): string => {
    switch (depth > 2 ? random.below(5) : random.below(9)) {
      case 0:
        return random.pick(FLAGS);
      case 1:
        return `${random.pick(FLAGS)}|${random.pick(FLAGS)}`;
      case 2:
        return random.pick(['"/proc/1"', '"/etc/x"...', '"rel"', "0x7ffe12345678", "3</tmp>"]);
      case 3:
        return String(random.below(200));
      case 4:
        return random.pick(["NULL", "0", "-1", "A or B", "1<<CAP_KILL", "0x1 /* O_WRONLY */"]);
      case 5:
      case 6:
        return `{${Array.from({ length: random.below(3) }, () => `${random.pick(FIELDS)}=${value(depth + 1)}`).join(", ")}${random.pick(["", ", ..."])}}`;
      default:
        return `[${Array.from({ length: random.below(3) }, () => value(depth + 1)).join(", ")}]`;
    }
  };
  const args = Array.from({ length: random.below(6) }, () => value(0)).join(", ");
  return `${random.pick(CALLS)}(${args}) = ${random.pick(["0", "-1 ENOENT (No such file or directory)", "?"])}\n`;
}

/** The verdict of each call of a trace; the quick way and the one with reasons have to agree. */
function verdicts(rules: RuleSet, trace: string): number[] {
  const found: number[] = [];
  const reader = new TraceReader({
    call: (scanner, place, incomplete) => {
      const quick = rules.matcher(scanner.name)?.match(scanner, incomplete) ?? Verdict.No;
      const slow = Math.max(
        Verdict.No,
        ...explainCall(rules, scanner, incomplete).map((one) => one.verdict),
      );
      if (quick !== slow) throw new Error(`matched ${quick}, explained ${slow}: ${place.text}`);
      found.push(quick);
      callOf(scanner, place.line, incomplete);
    },
    unreadable: (place, column, problem) => {
      if (column < 1 || problem === "") throw new Error(`a bad report of line ${place.line}`);
    },
  });
  reader.write(trace);
  reader.end();
  return found;
}

test(
  "a program means the same after formatting, and formats to itself",
  () => {
    const random = new Random(seed);
    for (let round = 0; round < rounds; round += 1) {
      const text = program(random);
      const trace = Array.from({ length: 10 }, () => call(random)).join("");
      const result = format(text);
      if (!result.ok) throw new Error(`not accepted: ${text}`);
      expect(format(result.text)).toEqual(result);
      const before = parse(text).program;
      const after = parse(result.text).program;
      expect(after.comments.map((comment) => comment.text)).toEqual(
        before.comments.map((comment) => comment.text),
      );
      const was = verdicts(new RuleSet([before]), trace);
      const is = verdicts(new RuleSet([after]), trace);
      expect(`${is.join("")} ${text}`).toBe(`${was.join("")} ${text}`);
    }
  },
  TIME_LIMIT,
);

/** Changes a text in a few places. */
function mutate(random: Random, text: string, pieces: readonly string[]): string {
  let changed = text;
  for (let count = 1 + random.below(4); count > 0; count -= 1) {
    const at = random.below(changed.length + 1);
    const end = Math.min(changed.length, at + random.below(6));
    const insert = [
      () => "",
      () => random.pick(pieces),
      () => String.fromCharCode(random.below(256)),
      () => changed.slice(end, end + random.below(40)),
    ];
    changed = changed.slice(0, at) + random.pick(insert)() + changed.slice(end);
  }
  return changed;
}

test(
  "no text makes the parser, the checker or the formatter throw",
  () => {
    const random = new Random(seed + 1);
    const pieces = [
      "(",
      ")",
      "{",
      "}",
      "[",
      "]",
      "<",
      ">",
      ";",
      ",",
      "..",
      "|",
      "=",
      "//",
      "/*",
      "*/",
      '"',
      "struct",
      "<a>",
      "\n",
      "<PATH:",
    ];
    for (let round = 0; round < rounds; round += 1) {
      const text = mutate(random, program(random), pieces);
      const { diagnostics } = check(text);
      for (const { start, end, message } of diagnostics) {
        if (start < 0 || end < start || start > text.length + 1 || message === "")
          throw new Error(`a bad place in ${text}`);
      }
      const result = format(text);
      if (result.ok) expect(format(result.text)).toEqual(result);
    }
  },
  TIME_LIMIT,
);

test(
  "no trace makes the reader or the matcher throw, and every line is accounted for",
  () => {
    const random = new Random(seed + 2);
    const dir = new URL("traces/", import.meta.url);
    const lines = readdirSync(dir)
      .filter((name) => name.endsWith(".strace"))
      .flatMap((name) => readFileSync(new URL(name, dir), "latin1").split("\n"))
      .filter((line) => line !== "");
    const pieces = [
      "(",
      ")",
      "{",
      "}",
      "[",
      "]",
      "<",
      ">",
      ",",
      '"',
      "\\",
      "/*",
      "*/",
      "...",
      "=>",
      "|",
      "<<",
      " = ",
      "<unfinished ...>",
      "<... ",
      " resumed>",
      "0x",
      "-",
      "&&",
      "\n",
      "~[",
      " or ",
    ];
    const rules = new RuleSet([
      check(
        Array.from({ length: 40 }, () => program(random))
          .map((text) => text.replace(/^[^]*?\};/, ""))
          .join("\n"),
      ).program,
    ]);
    for (let round = 0; round < rounds; round += 1) {
      const text = Array.from({ length: 1 + random.below(4) }, () =>
        mutate(random, random.pick(lines), pieces),
      ).join("\n");
      verdicts(rules, text);
      const analyzer = new Analyzer([rules]);
      const reader = analyzer.reader("fuzz");
      reader.write(text);
      analyzer.finish(reader);
      const { counts } = reader;
      expect(counts.lines).toBe(text.split("\n").length - (text.endsWith("\n") ? 1 : 0));
      const [result] = analyzer.results;
      expect((result?.supported ?? 0) + (result?.unsupported ?? 0)).toBe(counts.calls);
      expect(result?.gaps.reduce((sum, gap) => sum + gap.count, 0)).toBe(result?.unsupported);
    }
  },
  TIME_LIMIT,
);
