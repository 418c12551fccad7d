// SPDX-License-Identifier: MPL-2.0

import { decodeString, type StringValue } from "../trace/value.ts";
import type { CompiledFlags } from "./pattern.ts";
import { type Context, type Report, Verdict } from "./verdict.ts";

const { No, Unseen, Yes } = Verdict;

/** Matches a string with the sub-trees of a pattern. */
export function evaluatePath(
  pattern: CompiledFlags,
  value: StringValue,
  context: Context,
  report: Report | undefined,
  at: string,
): Verdict {
  const { trees } = pattern;
  if (trees === undefined) {
    report?.({ at, culprit: "a string", wanted: pattern.text });
    return No;
  }
  if (trees.length === 0) return Yes;
  const path = decodeString(value.raw);
  const { directory } = context;
  if (!path.startsWith("/") && directory === undefined) return Unseen;
  const parts = components(path.startsWith("/") ? path : `${directory}/${path}`);
  if (trees.some((tree) => isWithin(parts, tree))) return Yes;
  // A path that was cut short may still go on into a tree.
  if (value.cut && trees.some((tree) => isWithin(tree, parts.slice(0, -1)))) return Unseen;
  report?.({ at, culprit: `/${parts.join("/")}`, wanted: pattern.text });
  return No;
}

function isWithin(parts: readonly string[], tree: readonly string[]): boolean {
  if (parts.length < tree.length) return false;
  return tree.every((wanted, index) => componentMatches(parts[index] ?? "", wanted));
}

/** `*` in a component stands for any characters; written as a loop, so that no pattern is slow. */
function componentMatches(part: string, wanted: string): boolean {
  if (!wanted.includes("*")) return part === wanted;
  const pieces = wanted.split("*");
  const last = pieces.pop() ?? "";
  const first = pieces.shift() ?? "";
  if (!part.startsWith(first)) return false;
  let from = first.length;
  for (const piece of pieces) {
    const found = part.indexOf(piece, from);
    if (found < 0) return false;
    from = found + piece.length;
  }
  return part.length - last.length >= from && part.endsWith(last);
}

/** The components of a path: no empty ones, no ".", and ".." taken back. */
export function components(path: string): string[] {
  const parts: string[] = [];
  for (const part of path.split("/")) {
    if (part === "" || part === ".") continue;
    if (part === "..") parts.pop();
    else parts.push(part);
  }
  return parts;
}
