// SPDX-License-Identifier: MPL-2.0

// What holds for every input; a check throws an error where it does not.

import {
  Analyzer,
  callOf,
  check,
  diagnosticRecord,
  explainCall,
  format,
  htmlReport,
  parse,
  renderDiagnostic,
  reportOf,
  RuleSet,
  textReport,
  TraceReader,
  Verdict,
} from "@aster/scml";

import { grammarProgram } from "./grammar.mjs";
import { call, mutate, mutatedTrace, PROGRAM_PIECES, sensibleProgram } from "./inputs.mjs";
import { Random } from "./random.mjs";

/** The verdict of each call; the quick way and the one with reasons have to agree. */
function verdicts(rules, trace) {
  const found = [];
  const reader = new TraceReader({
    call: (scanner, place, incomplete) => {
      const quick = rules.matcher(scanner.name)?.match(scanner, incomplete) ?? Verdict.No;
      let slow = Verdict.No;
      for (const { verdict } of explainCall(rules, scanner, incomplete)) {
        slow = Math.max(slow, verdict);
      }
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
  return found.join("");
}

const comments = (program) => program.comments.map(({ text }) => text).join("\n");

/** Formatting keeps the meaning and the comments, and is done after one time. */
function checkFormat(text, random) {
  const once = format(text);
  if (!once.ok) throw new Error("a program of the grammar is not accepted");
  const twice = format(once.text);
  if (!twice.ok || twice.text !== once.text) throw new Error("the format changes again");
  const before = parse(text).program;
  const after = parse(once.text).program;
  if (comments(before) !== comments(after)) throw new Error("formatting changed the comments");
  const names = [...new Set(before.rules.map(({ name }) => name.text))];
  let trace = random.list(4, () => call(random)).join("");
  // Calls that the rules have, whatever their names are.
  if (names.length > 0) {
    trace += random.list(2, () => call(random).replace(/^\w+/, () => random.pick(names))).join("");
  }
  const was = verdicts(new RuleSet([before]), trace);
  const is = verdicts(new RuleSet([after]), trace);
  if (was !== is) throw new Error(`formatting changed what matches from ${was} to ${is}`);
}

/** Programs of the documented grammar, and such as people write. */
function checkProgram(random, keep) {
  const text = keep(random.below(2) === 0 ? grammarProgram(random) : sensibleProgram(random));
  const { diagnostics } = parse(text);
  if (diagnostics.length > 0) throw new Error(`not accepted: ${diagnostics[0].message}`);
  checkFormat(text, random);
}

/** Any text: nothing throws, and what is wrong with it is told with a place within it. */
function checkText(random, keep) {
  const base = random.below(4) === 0 ? grammarProgram(random) : sensibleProgram(random);
  const text = keep(mutate(random, base, PROGRAM_PIECES));
  const { diagnostics, program, ok } = check(text, "fuzz.scml");
  for (const diagnostic of diagnostics) {
    const { start, end, message } = diagnostic;
    if (start < 0 || end < start || start > text.length + 1 || message === "") {
      throw new Error(`a diagnostic from ${start} to ${end}: ${message}`);
    }
    renderDiagnostic(diagnostic, program.source);
    const { line, column } = diagnosticRecord(diagnostic, program.source);
    if (!(line >= 1 && column >= 1)) throw new Error(`a diagnostic at ${line}:${column}`);
  }
  if (!format(text).ok) return;
  checkFormat(text, random);
  if (ok) verdicts(new RuleSet([program]), call(random));
}

/** Any trace: nothing throws, and every line and call is accounted for, in pieces of any size. */
function checkTrace(random, keep) {
  const rules = ruleSet(random);
  const text = keep(mutatedTrace(random));
  const whole = verdicts(rules, text);
  const analyzer = new Analyzer([rules]);
  const reader = analyzer.reader("fuzz");
  for (let at = 0; at < text.length;) {
    const size = 1 + random.below(40);
    reader.write(text.slice(at, at + size));
    at += size;
  }
  analyzer.finish(reader);
  const { counts } = reader;
  const lines = text.split("\n").length - (/(?:^|\n)$/.test(text) ? 1 : 0);
  if (counts.lines !== lines) throw new Error(`${counts.lines} lines of ${lines} were counted`);
  if (counts.calls !== whole.length) {
    throw new Error(`${counts.calls} calls in pieces, and ${whole.length} in the whole`);
  }
  const report = reportOf(analyzer, ["fuzz"]);
  const { supported, unsupported } = report.summary;
  const inGaps = report.gaps.reduce((sum, { count }) => sum + count, 0);
  if (supported + unsupported !== counts.calls || inGaps !== unsupported) {
    throw new Error(`${supported} and ${unsupported} of ${counts.calls} calls, ${inGaps} in gaps`);
  }
  textReport(report);
  htmlReport(report);
}

/** Rule sets are costly to make, so that a few are shared; which one hangs on the input alone. */
const ruleSets = new Map();

function ruleSet(random) {
  const number = random.below(32);
  let rules = ruleSets.get(number);
  if (rules === undefined) {
    const own = new Random(number, 0);
    const texts = own.list(20, () => sensibleProgram(own).replace(/^[^]*?\};/, ""));
    const names = "a = O_RDONLY | POLLIN; b = <a> | O_CLOEXEC; struct s = { events = <a>, .. };\n";
    rules = new RuleSet([check(names + texts.join("\n")).program]);
    ruleSets.set(number, rules);
  }
  return rules;
}

export const CHECKS = { program: checkProgram, text: checkText, trace: checkTrace };
const KINDS = Object.keys(CHECKS);

/**
 * Makes input `index` of the run with `seed`, and checks it.
 * @param {number} seed @param {number} index
 * @returns {{kind: string, text: string, error: unknown}} `error` is undefined where all holds
 */
export function checkInput(seed, index) {
  const kind = KINDS[index % KINDS.length] ?? "";
  let text = "";
  try {
    CHECKS[kind](new Random(seed, index), (made) => (text = made));
    return { kind, text, error: undefined };
  } catch (error) {
    return { kind, text, error };
  }
}
