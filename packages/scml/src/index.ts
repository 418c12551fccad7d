// SPDX-License-Identifier: MPL-2.0

/**
 * The System Call Matching Language: rules that say which system calls a kernel supports, and
 * traces of strace matched against them. Nothing here needs Node; files are read by the caller, or
 * by what `@aster/scml/node` has.
 */

// The language.
export { parse, MAX_NESTING, type ParseResult } from "./syntax/parser.ts";
export type * from "./syntax/ast.ts";
export { type Position, SourceText } from "./syntax/source.ts";
export {
  type Diagnostic,
  type DiagnosticRecord,
  diagnosticRecord,
  renderDiagnostic,
  type Severity,
} from "./syntax/diagnostic.ts";
export { check, type CheckOptions, type CheckResult } from "./check/checker.ts";
export { CODES } from "./check/codes.ts";
export { format, FORMAT_WIDTH, type FormatResult } from "./format/formatter.ts";

// Traces.
export { callOf, readTrace, type TraceCall, type TraceProblem } from "./trace/call.ts";
export { LineKind, LineScanner } from "./trace/line.ts";
export { type TraceCounts, type TracePlace, TraceReader, type TraceSink } from "./trace/reader.ts";
export { type NamedValue, parseArgument } from "./trace/value-parser.ts";
export * from "./trace/value.ts";

// Matching.
export { type CompiledRule, RuleSet } from "./match/rule-set.ts";
export { type Mismatch, Verdict } from "./match/verdict.ts";
export { type Cause, explainCall, type RuleExplanation } from "./match/explain.ts";
export {
  Analyzer,
  type Gap,
  type SetResult,
  type Summary,
  type UnreadableLine,
  type UnsupportedCall,
} from "./match/analyzer.ts";

// Reports.
export { gapLines, type GapRecord, type Report, reportOf } from "./report/report.ts";
export { percent, textReport } from "./report/text.ts";
export { htmlReport, htmlSections, REPORT_STYLE } from "./report/html.ts";

// What Linux has.
export {
  type Architecture,
  ARCHITECTURES,
  type SyscallFact,
  syscallFacts,
} from "./facts/syscall-table.ts";
export { argumentTable, fieldTable, type FlagTable } from "./facts/flag-table.ts";
