// SPDX-License-Identifier: MPL-2.0

/** How much of a file execve(2) looks at for "#!": BINPRM_BUF_SIZE less the zero at its end. */
export const SCRIPT_LINE_MAX = 255;

export interface ScriptLine {
  readonly interpreter: string;
  /** Everything after the interpreter's name, as one argument. */
  readonly argument: string | undefined;
}

/**
 * Parses the first line of a script (execve(2), "Interpreter scripts"). `bytes` are the first
 * bytes of the file, at most `SCRIPT_LINE_MAX`. Undefined where it is no script that can run:
 * no "#!", no name in its line, or a name that does not end within the bytes. A file that ends
 * before a name has the name "", which Linux goes on to look for.
 */
export function parseScriptLine(bytes: Uint8Array): ScriptLine | undefined {
  if (bytes[0] !== 0x23 || bytes[1] !== 0x21) return undefined;
  const text = String.fromCharCode(...bytes.subarray(2, SCRIPT_LINE_MAX));
  const newline = text.indexOf("\n");
  const nul = text.indexOf("\0");
  const isWhole = newline >= 0 || bytes.length < SCRIPT_LINE_MAX || nul >= 0;
  let line = newline >= 0 ? text.slice(0, newline) : text;
  if (nul >= 0) line = line.slice(0, nul);
  line = trimBlanks(line);
  const gap = line.search(/[ \t]/);
  if (gap < 0 && !isWhole) return undefined;
  const interpreter = gap < 0 ? line : line.slice(0, gap);
  if (interpreter === "" && newline >= 0) return undefined;
  const argument = gap < 0 ? "" : trimBlanks(line.slice(gap));
  return { interpreter, argument: argument === "" ? undefined : argument };
}

function trimBlanks(text: string): string {
  return text.replace(/^[ \t]+|[ \t]+$/g, "");
}
