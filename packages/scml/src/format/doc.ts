// SPDX-License-Identifier: MPL-2.0

/**
 * A text that may be laid out on one line or on several, after Wadler's "A prettier printer": a
 * group stands on one line if it fits there, and otherwise breaks at each of its own lines.
 */
export type Doc =
  | string
  /** In order. */
  | readonly Doc[]
  | { readonly kind: "group"; readonly content: Doc; readonly broken: boolean }
  | { readonly kind: "indent"; readonly content: Doc }
  /** A space or nothing on one line; a line feed in a broken group. */
  | { readonly kind: "line"; readonly flat: string }
  /** Text in a broken group only. */
  | { readonly kind: "if-broken"; readonly text: string }
  /** A comment that runs to the end of its line. */
  | { readonly kind: "line-comment"; readonly text: string; readonly ownLine: boolean };

export const line: Doc = { kind: "line", flat: " " };
export const softLine: Doc = { kind: "line", flat: "" };
export const ifBroken = (text: string): Doc => ({ kind: "if-broken", text });
export const indent = (content: Doc): Doc => ({ kind: "indent", content });
export const group = (content: Doc): Doc => ({
  kind: "group",
  content,
  broken: mustBreak(content),
});

function mustBreak(doc: Doc): boolean {
  if (typeof doc === "string") return doc.includes("\n");
  if (isList(doc)) return doc.some(mustBreak);
  switch (doc.kind) {
    case "group":
      return doc.broken;
    case "indent":
      return mustBreak(doc.content);
    case "line-comment":
      return true;
    default:
      return false;
  }
}

const isList = (doc: Doc): doc is readonly Doc[] => Array.isArray(doc);

/** Lays a document out in lines of `width` columns where that can be done. */
export function print(doc: Doc, width: number): string {
  let out = "";
  let column = 0;
  /** Behind a comment that runs to the end of the line nothing else may stand. */
  let ended = false;
  const newline = (level: number): void => {
    out = `${out.replace(/[ ]+$/, "")}\n${"    ".repeat(level)}`;
    column = level * 4;
    ended = false;
  };
  const text = (value: string, level: number): void => {
    if (value === "") return;
    if (ended) {
      newline(level);
      if (value.trim() === "") return;
    }
    out += value;
    const last = value.lastIndexOf("\n");
    column = last < 0 ? column + value.length : value.length - last - 1;
  };
  const write = (doc: Doc, level: number, broken: boolean): void => {
    if (typeof doc === "string") text(doc, level);
    else if (isList(doc)) for (const part of doc) write(part, level, broken);
    else {
      switch (doc.kind) {
        case "group": {
          const breaks = doc.broken || column + flatWidth(doc.content) > width;
          write(doc.content, level, breaks);
          break;
        }
        case "indent":
          write(doc.content, level + 1, broken);
          break;
        case "line":
          if (broken) newline(level);
          else text(doc.flat, level);
          break;
        case "if-broken":
          if (broken) text(doc.text, level);
          break;
        case "line-comment":
          if (ended || (doc.ownLine && column > level * 4)) newline(level);
          if (!doc.ownLine && column > 0 && !out.endsWith(" ")) text(" ", level);
          text(doc.text, level);
          ended = true;
      }
    }
  };
  write(doc, 0, true);
  return out;
}

function flatWidth(doc: Doc): number {
  if (typeof doc === "string") return doc.length;
  if (isList(doc)) return doc.reduce((sum, part) => sum + flatWidth(part), 0);
  switch (doc.kind) {
    case "group":
    case "indent":
      return flatWidth(doc.content);
    case "line":
      return doc.flat.length;
    case "line-comment":
      return doc.text.length;
    case "if-broken":
      return 0;
  }
}
