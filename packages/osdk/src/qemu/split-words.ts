// SPDX-License-Identifier: MPL-2.0

export class UnbalancedQuoteError extends Error {
  constructor(quote: string) {
    super(`a ${quote === "'" ? "single" : "double"} quote has no end`);
    this.name = "UnbalancedQuoteError";
  }
}

/**
 * Splits text to words as a POSIX shell does (Shell Command Language, 2.2 Quoting), without
 * expanding anything: quotes, backslashes and comments. Throws `UnbalancedQuoteError`.
 */
export function splitWords(text: string): string[] {
  const words: string[] = [];
  let word: string | undefined;
  for (let i = 0; i < text.length; i += 1) {
    const c = text.charAt(i);
    if (c === " " || c === "\t" || c === "\n") {
      if (word !== undefined) words.push(word);
      word = undefined;
    } else if (c === "#" && word === undefined) {
      const end = text.indexOf("\n", i);
      i = end < 0 ? text.length : end;
    } else if (c === "\\") {
      i += 1;
      // A backslash and a line feed are nothing at all.
      if (text.charAt(i) !== "\n") word = (word ?? "") + text.charAt(i);
    } else if (c === "'" || c === '"') {
      const end = endOfQuote(text, i);
      const inside = text.slice(i + 1, end);
      word = (word ?? "") + (c === "'" ? inside : inside.replace(/\\([$`"\\\n])/g, unescape));
      i = end;
    } else {
      word = (word ?? "") + c;
    }
  }
  if (word !== undefined) words.push(word);
  return words;
}

function unescape(_match: string, character: string): string {
  return character === "\n" ? "" : character;
}

/** The index of the quote that ends the one at `start`. */
function endOfQuote(text: string, start: number): number {
  const quote = text.charAt(start);
  for (let i = start + 1; i < text.length; i += 1) {
    if (text.charAt(i) === quote) return i;
    if (quote === '"' && text.charAt(i) === "\\") i += 1;
  }
  throw new UnbalancedQuoteError(quote);
}

/** A word as a shell reads it back. */
export function quoteWord(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
