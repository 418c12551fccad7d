// SPDX-License-Identifier: MPL-2.0

import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { check, type CheckResult } from "../check/checker.ts";
import { RuleSet } from "../match/rule-set.ts";
import { renderDiagnostic } from "../syntax/diagnostic.ts";
import { UsageError } from "./usage.ts";

/** The SCML files that paths name: files as they are, directories with all `.scml` below them. */
export function scmlFiles(paths: readonly string[]): string[] {
  const files: string[] = [];
  for (const path of paths) {
    if (path === "-" || !statOf(path).isDirectory()) {
      files.push(path);
      continue;
    }
    const found = (readdirSync(path, { recursive: true, encoding: "utf8" }) as string[])
      .filter((name) => name.endsWith(".scml"))
      .sort();
    if (found.length === 0) throw new UsageError(`${path}: no .scml files in this directory`);
    files.push(...found.map((name) => join(path, name)));
  }
  return files;
}

function statOf(path: string): ReturnType<typeof statSync> & { isDirectory(): boolean } {
  try {
    return statSync(path);
  } catch (error) {
    throw fileError(path, error);
  }
}

export function readText(path: string): string {
  try {
    return readFileSync(path === "-" ? 0 : path, "utf8").replace(/^\uFEFF/, "");
  } catch (error) {
    throw fileError(path, error);
  }
}

/** What the system says of a file, in words. */
export function fileError(path: string, error: unknown): UsageError {
  const code = (error as NodeJS.ErrnoException).code;
  const reason: Record<string, string> = {
    ENOENT: "no such file or directory",
    EACCES: "permission denied",
    EISDIR: "is a directory",
    Z_DATA_ERROR: "not a sound gzip file",
    Z_BUF_ERROR: "this gzip file is cut short",
  };
  return new UsageError(
    `${path}: ${reason[code ?? ""] ?? (error instanceof Error ? error.message : String(error))}`,
  );
}

/** Reads the rules of a kernel; a file with errors is no input to match with. */
export function loadRules(paths: readonly string[], name: string): RuleSet {
  const results: CheckResult[] = scmlFiles(paths).map((path) => check(readText(path), path));
  const errors = results.flatMap(({ program, diagnostics }) =>
    diagnostics
      .filter((diagnostic) => diagnostic.severity === "error")
      .map((diagnostic) => renderDiagnostic(diagnostic, program.source)),
  );
  if (errors.length > 0) throw new UsageError(`these rules cannot be used:\n${errors.join("")}`);
  return new RuleSet(
    results.map((result) => result.program),
    name,
  );
}
