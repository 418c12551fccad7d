// SPDX-License-Identifier: MPL-2.0

/** The parts of the library that read files. */
export { loadRules, scmlFiles } from "./cli/files.ts";
export { readTraceFile, readTraceStream } from "./trace/file.ts";
