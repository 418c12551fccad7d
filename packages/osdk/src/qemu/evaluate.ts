// SPDX-License-Identifier: MPL-2.0

import { OsdkError } from "../errors.ts";
import { ExitCode } from "../exit-codes.ts";
import { splitWords, UnbalancedQuoteError } from "./split-words.ts";

/** The descriptor on which the script below tells which command failed. */
const REPORT = 3;
const FUNCTION = "osdk_end";

/**
 * The words of `qemu.args`: variables, `$(command)` and backticks are expanded by a POSIX shell in
 * `directory`, once, and the outcome is split by the shell's rules of quoting. A command that runs
 * and fails is an error, also one within another. Throws `OsdkError`.
 */
export async function evaluateArguments(text: string, directory: string): Promise<string[]> {
  const { execa } = await import("execa");
  const { script, commands } = scriptOf(stripComments(text));
  const result = await execa("/bin/sh", ["-c", script], {
    cwd: directory,
    reject: false,
    stdio: ["ignore", "pipe", "inherit", "pipe"],
    stripFinalNewline: false,
  });
  const [report = ""] = String(result.stdio[REPORT] ?? "").split("\n");
  if (report !== "") {
    const [index = "", code = ""] = report.split(" ");
    throw new OsdkError(
      ExitCode.MANIFEST,
      `qemu.args: the command \`${commands[Number(index)] ?? ""}\` failed with exit code ${code}`,
    );
  }
  if (result.failed) {
    const how =
      result.signal === undefined
        ? `exit code ${result.exitCode ?? "?"}`
        : `signal ${result.signal}`;
    throw new OsdkError(ExitCode.MANIFEST, `qemu.args: the shell ended with ${how}`);
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
 * word, so each one reports its own when it ends.
 */
export function scriptOf(text: string): { script: string; commands: string[] } {
  const commands: string[] = [];
  let template = "";
  for (const { piece, isStart, command } of piecesOf(text)) {
    template += piece;
    if (!isStart) continue;
    // Without quotes that would have a meaning around it.
    template += `trap '${FUNCTION} ${commands.length}' EXIT\n`;
    commands.push(command);
  }
  const report = `[ $osdk_code = 0 ] || echo $1 $osdk_code >&${REPORT}`;
  const script = `${FUNCTION}() { osdk_code=$?; ${report}; }\nprintf %s "${template}"`;
  return { script, commands };
}

/** A part of a text that stands in double quotes; `isStart` is what begins a substitution. */
interface Piece {
  readonly piece: string;
  readonly isStart: boolean;
  /** The command that begins here. */
  readonly command: string;
}

/** Splits a text where substitutions begin, also those within others. */
function piecesOf(text: string): Piece[] {
  const pieces: Piece[] = [];
  /** Where the substitutions around this place end, the innermost last. */
  const ends: number[] = [];
  const skip = (length: number, at: number): number => {
    pieces.push({ piece: text.slice(at, at + length), isStart: false, command: "" });
    return at + length;
  };
  let index = 0;
  while (index < text.length) {
    while (ends.length > 0 && index >= (ends.at(-1) ?? 0)) ends.pop();
    const c = text.charAt(index);
    const isInside = ends.length > 0;
    const end = endOfSubstitution(text, index);
    if (end !== undefined) {
      const opening = c === "`" ? 1 : 2;
      const command = text.slice(index + opening, end - 1).trim();
      pieces.push({ piece: text.slice(index, index + opening), isStart: true, command });
      ends.push(end - 1);
      index += opening;
    } else if (c === "\\") {
      index = skip(2, index);
    } else if (isInside && c === "'") {
      const close = text.indexOf("'", index + 1);
      index = skip(close < 0 ? text.length - index : close + 1 - index, index);
    } else if (!isInside && c === '"') {
      // In double quotes `"` needs a backslash.
      pieces.push({ piece: '\\"', isStart: false, command: "" });
      index += 1;
    } else {
      index = skip(1, index);
      // The backtick that ends a substitution begins none.
      if (text.charAt(index) === "`" && ends.at(-1) === index) index = skip(1, index);
    }
  }
  return pieces;
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
