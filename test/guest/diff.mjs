// SPDX-License-Identifier: MPL-2.0
//
// A unified diff of two short texts, by the textbook longest common subsequence.

const CONTEXT_LINES = 3;

/** Beyond this many pairs of lines the table would cost more than it tells. */
const MAX_TABLE_CELLS = 4_000_000;

/** Control characters and bytes above ASCII are shown escaped. @param {string} line */
function printable(line) {
  return line.replace(
    /[^\x20-\x7e\t]/g,
    (c) => `\\x${c.charCodeAt(0).toString(16).padStart(2, "0")}`,
  );
}

/** Lines without their newline; a missing last newline becomes visible. @param {string} text */
function splitLines(text) {
  const lines = text.split("\n");
  const last = lines.pop();
  if (last !== "" && last !== undefined) lines.push(`${last}\u0000`);
  return lines;
}

/** @param {string} line */
function render(line) {
  return line.endsWith("\u0000")
    ? `${printable(line.slice(0, -1))}\n\\ No newline at end`
    : printable(line);
}

/** @param {string[]} a @param {string[]} b @returns {{sign: ' ' | '-' | '+', line: string}[]} */
function editScript(a, b) {
  const width = b.length + 1;
  const common = new Uint32Array((a.length + 1) * width);
  for (let i = a.length - 1; i >= 0; i--) {
    for (let j = b.length - 1; j >= 0; j--) {
      common[i * width + j] =
        a[i] === b[j]
          ? common[(i + 1) * width + j + 1] + 1
          : Math.max(common[(i + 1) * width + j], common[i * width + j + 1]);
    }
  }
  const edits = [];
  let i = 0;
  let j = 0;
  while (i < a.length || j < b.length) {
    if (i < a.length && j < b.length && a[i] === b[j]) {
      edits.push({ sign: /** @type {const} */ (" "), line: a[i] });
      i++;
      j++;
    } else if (
      j >= b.length ||
      (i < a.length && common[(i + 1) * width + j] >= common[i * width + j + 1])
    ) {
      edits.push({ sign: /** @type {const} */ ("-"), line: a[i++] });
    } else {
      edits.push({ sign: /** @type {const} */ ("+"), line: b[j++] });
    }
  }
  return edits;
}

/**
 * @param {string} oldName
 * @param {string} newName
 * @param {string} oldText
 * @param {string} newText
 * @returns {string} empty when the texts are equal
 */
export function unifiedDiff(oldName, newName, oldText, newText) {
  if (oldText === newText) return "";
  const a = splitLines(oldText);
  const b = splitLines(newText);
  const header = `--- ${oldName}\n+++ ${newName}\n`;
  if (a.length * b.length > MAX_TABLE_CELLS) {
    const first = a.findIndex((line, index) => line !== b[index]);
    const at = first < 0 ? a.length : first;
    return `${header}@@ line ${at + 1}, too long for a full diff @@\n-${render(a[at] ?? "")}\n+${render(b[at] ?? "")}\n`;
  }

  const edits = editScript(a, b);
  const shown = edits.map((_, index) =>
    edits
      .slice(Math.max(0, index - CONTEXT_LINES), index + CONTEXT_LINES + 1)
      .some((edit) => edit.sign !== " "),
  );
  let output = header;
  let oldLine = 1;
  edits.forEach(({ sign, line }, index) => {
    if (shown[index]) {
      if (index === 0 || !shown[index - 1]) output += `@@ line ${oldLine} @@\n`;
      output += `${sign}${render(line)}\n`;
    }
    if (sign !== "+") oldLine++;
  });
  return output;
}
