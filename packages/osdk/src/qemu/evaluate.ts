// SPDX-License-Identifier: MPL-2.0

import { OsdkError } from "../errors.ts";
import { ExitCode } from "../exit-codes.ts";
import { splitWords, UnbalancedQuoteError } from "./split-words.ts";

/** Exit code by which the script below tells that a command in the text failed. */
const SUBSTITUTION_FAILED = 99;

/**
 * The words of `qemu.args`: variables, `$(command)` and backticks are expanded by a POSIX shell in
 * `directory`, once, and the outcome is split by the shell's rules of quoting. A command that
 * fails is an error, as is one that prints nothing usable. Throws `OsdkError`.
 */
export async function evaluateArguments(text: string, directory: string): Promise<string[]> {
  const { execa } = await import("execa");
  const { script, commands } = scriptOf(stripComments(text));
  const result = await execa("/bin/sh", ["-c", script], {
    cwd: directory,
    reject: false,
    stdin: "ignore",
    stderr: "inherit",
    stripFinalNewline: false,
  });
  if (result.exitCode === SUBSTITUTION_FAILED) {
    const [index = "", code = ""] = result.stdout.trim().split(" ").slice(-2);
    throw new OsdkError(
      ExitCode.MANIFEST,
      `qemu.args: the command \`${commands[Number(index)] ?? ""}\` failed with exit code ${code}`,
    );
  }
  if (result.failed) {
    const code = result.exitCode ?? result.signal ?? "none";
    throw new OsdkError(ExitCode.MANIFEST, `qemu.args: the shell ended with exit code ${code}`);
  }
  try {
    return splitWords(result.stdout);
  } catch (error) {
    if (!(error instanceof UnbalancedQuoteError)) throw error;
    throw new OsdkError(ExitCode.MANIFEST, `qemu.args: ${error.message}`);
  }
}

/** Takes comments out: from a `#` that begins a word to the end of the line, outside quotes. */
export function stripComments(text: string): string {
  const pattern = /('[^']*'|"(?:\\[\s\S]|[^"\\])*")|(^|\s)#[^\n]*/g;
  return text.replace(pattern, (match: string, quoted: string | undefined, before: string) =>
    quoted === undefined ? before : match,
  );
}

/**
 * The shell script that expands `text`. A shell forgets the exit codes of substitutions within a
 * word, so each top-level one becomes an assignment first, whose code is looked at.
 */
export function scriptOf(text: string): { script: string; commands: string[] } {
  const commands: string[] = [];
  const assignments: string[] = [];
  let template = "";
  let index = 0;
  while (index < text.length) {
    const end = endOfSubstitution(text, index);
    if (end === undefined) {
      const isEscaped = text.charAt(index) === "\\";
      const piece = text.slice(index, index + (isEscaped ? 2 : 1));
      // In double quotes `"` needs a backslash; one that has it stays as it is.
      template += piece === '"' ? '\\"' : piece;
      index += piece.length;
      continue;
    }
    const number = commands.length;
    const substitution = text.slice(index, end);
    commands.push(substitution.replace(/^\$\(|^`|\)$|`$/g, "").trim());
    assignments.push(
      `osdk_${number}=${substitution} || { code=$?; echo "${number} $code"; exit ${SUBSTITUTION_FAILED}; }`,
    );
    template += `\${osdk_${number}}`;
    index = end;
  }
  const script = [...assignments, `printf %s "${template}"`].join("\n");
  return { script, commands };
}

/** Where the command substitution that starts at `start` ends; undefined when none does. */
function endOfSubstitution(text: string, start: number): number | undefined {
  if (text.charAt(start) === "`") {
    for (let i = start + 1; i < text.length; i += 1) {
      if (text.charAt(i) === "\\") i += 1;
      else if (text.charAt(i) === "`") return i + 1;
    }
    return undefined;
  }
  if (!text.startsWith("$(", start) || text.startsWith("$((", start)) return undefined;
  let depth = 0;
  for (let i = start + 1; i < text.length; i += 1) {
    const c = text.charAt(i);
    if (c === "\\") {
      i += 1;
    } else if (c === "'" || c === '"') {
      const close = text.indexOf(c, i + 1);
      if (close < 0) return undefined;
      i = close;
    } else if (c === "(") {
      depth += 1;
    } else if (c === ")") {
      depth -= 1;
      if (depth === 0) return i + 1;
    }
  }
  return undefined;
}
