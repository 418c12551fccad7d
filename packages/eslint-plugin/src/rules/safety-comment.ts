// SPDX-License-Identifier: MPL-2.0

import { merge } from "../names.ts";
import type { Ban, Node, Report } from "../rule.ts";
import { noAny } from "./no-any.ts";
import { noCompilerDirective } from "./no-compiler-directive.ts";
import { noNonNull } from "./no-non-null.ts";
import { noPrototypeAccess } from "./no-prototype-access.ts";
import { noProxy } from "./no-proxy.ts";
import { noTypeAssertion } from "./no-type-assertion.ts";
import { noTypePredicate } from "./no-type-predicate.ts";

/** What has to be argued for where it stands. */
const ARGUED: readonly Ban[] = [
  noAny,
  noCompilerDirective,
  noNonNull,
  noPrototypeAccess,
  noProxy,
  noTypeAssertion,
  noTypePredicate,
];
/** The shortest argument, in words. */
const WORDS = 4;

export const safetyComment: Ban = {
  name: "safety-comment",
  forbids: "Privileged files, and what escapes the compiler in them, without a `SAFETY:` comment.",
  reason: "somebody has to say what makes it sound, so that somebody else can check that.",
  fix: "Write a comment `SAFETY:` that says what makes it sound.",
  notes: [
    "Each `*.unsafe.ts` file has at least one. What escapes the compiler has one in its declaration, before it, or at the head of the file.",
    `An argument has at least ${WORDS} words.`,
  ],
  bad: [
    { file: "a.unsafe.ts", code: "export const f = (x: unknown) => x as number;", errors: 2 },
    {
      file: "a.unsafe.ts",
      code: "// SAFETY: ok\nexport const f = (x: unknown) => x as number;",
      errors: 2,
    },
    {
      file: "a.unsafe.ts",
      code: "export const g = (x: unknown) => x;\n// SAFETY: only numbers are ever put in.\nexport const f = (x: unknown) => x as number;\nexport const h = (x: unknown) => x as string;",
    },
  ],
  good: [
    {
      file: "a.unsafe.ts",
      code: "export function f(x: unknown): number {\n  // SAFETY: only numbers are ever put in.\n  return x as number;\n}",
    },
    {
      file: "a.unsafe.ts",
      code: "// SAFETY: only numbers are ever put in.\n\nexport const f = (x: unknown) => x as number;\nexport const g = (x: unknown) => x as number;",
    },
  ],
  create(context, found) {
    if (!/\.unsafe\.ts$/.test(context.filename)) return {};
    const { sourceCode } = context;
    const { body } = sourceCode.ast;
    const argued = argumentsIn(sourceCode.getText(), sourceCode.getAllComments());
    const holds = (from: number, to: number): boolean => argued.some((at) => at >= from && at < to);
    const firstCode = body.find((s) => s.type !== "ImportDeclaration");
    const isArgued = (line: number): boolean => {
      // At the head of the file, with an empty line after it or none of its own declaration.
      const index = body.findIndex((s) => s.loc.start.line <= line && s.loc.end.line >= line);
      const statement = body[index];
      if (statement === undefined) return argued.length > 0;
      const before = index === 0 ? 0 : (body[index - 1]?.range[1] ?? 0);
      if (holds(before, statement.range[1])) return true;
      return isHead(sourceCode.getText(), argued, firstCode?.range[0] ?? 0);
    };
    const argue: Report = (node, what) => {
      if (!isArgued(node.loc.start.line)) found(node, `${what} without a \`SAFETY:\` comment`);
    };
    return merge(...ARGUED.map((ban) => ban.create(context, argue)), {
      Program(node: Node) {
        if (argued.length > 0) return;
        const { start } = node.loc;
        found({ loc: { start, end: start } }, "this file");
      },
    });
  },
};

/** Where the arguments start. A comment of several lines is several comments to the parser. */
function argumentsIn(
  text: string,
  comments: readonly { readonly value: string; readonly range: readonly [number, number] }[],
): number[] {
  const found: number[] = [];
  for (const [index, { value, range }] of comments.entries()) {
    const at = value.indexOf("SAFETY:");
    if (at < 0) continue;
    let argument = value.slice(at + "SAFETY:".length);
    let end = range[1];
    for (const next of comments.slice(index + 1)) {
      if (!/^\s*$/.test(text.slice(end, next.range[0]))) break;
      argument += ` ${next.value}`;
      [, end] = next.range;
    }
    if ((argument.match(/[\p{L}\d]+/gu) ?? []).length >= WORDS) found.push(range[0]);
  }
  return found;
}

/** Whether an argument stands by itself before all code, for the whole file. */
function isHead(text: string, argued: readonly number[], code: number): boolean {
  return argued.some((at) => {
    if (at >= code) return false;
    const between = text.slice(at, code);
    return /\n[ \t]*\n/.test(between) || /\*\/\s*\n[ \t]*\n/.test(between);
  });
}
