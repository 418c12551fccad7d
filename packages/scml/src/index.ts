// SPDX-License-Identifier: MPL-2.0

export { parse, MAX_NESTING, type ParseResult } from "./syntax/parser.ts";
export { check } from "./check/checker.ts";
export { renderDiagnostic } from "./syntax/diagnostic.ts";
export { format } from "./format/formatter.ts";
