// SPDX-License-Identifier: MPL-2.0

import { globalReferences, isAtModuleLevel, isTypeOnly, staticName } from "../names.ts";
import type { Ban, Node } from "../rule.ts";

export const noPromise: Ban = {
  name: "no-promise",
  forbids:
    "`Promise` as a value, `.then`, objects with a `then`, `for await`, async generators, and `await` at module level.",
  reason: "OSTD decides who runs; a callback of a promise runs when the engine likes.",
  fix: "Park with OSTD's waiters, queues and locks, and `await` them in an async function.",
  notes: [
    "`catch` and `finally` of a promise can not be reached without a promise that is no awaited, which no-floating-async refuses.",
  ],
  bad: [
    "export const p = Promise.resolve(1);",
    "export const later = (p: { then(f: () => void): void }) => p.then(() => {});",
    "export const trap = { then(f: () => void) { f(); } };",
    "export class Trap {\n  get then() {\n    return undefined;\n  }\n}",
    "await undefined;\nexport const x = 1;",
    "export async function* numbers() {\n  yield 1;\n}",
    "export async function sum(numbers: AsyncIterable<number>) {\n  for await (const n of numbers) {\n    n.toFixed();\n  }\n}",
  ],
  good: [
    "export async function run(task: () => Promise<number>) {\n  return (await task()) + 1;\n}",
  ],
  create(context, found) {
    const isThen = (key: Node, isComputed: boolean): boolean =>
      staticName(key, isComputed) === "then";
    return {
      "Program:exit"() {
        for (const reference of globalReferences(context)) {
          if (reference.identifier.name === "Promise" && !isTypeOnly(reference)) {
            found(reference.identifier, "`Promise`");
          }
        }
      },
      MemberExpression(node) {
        if (isThen(node.property, node.computed)) found(node, "`.then`");
      },
      Property(node) {
        if (isThen(node.key, node.computed)) found(node, "a `then`");
      },
      MethodDefinition(node) {
        if (isThen(node.key, node.computed)) found(node, "a `then`");
      },
      PropertyDefinition(node) {
        if (isThen(node.key, node.computed)) found(node, "a `then`");
      },
      AwaitExpression(node) {
        if (isAtModuleLevel(node)) found(node, "`await` at module level");
      },
      ForOfStatement(node) {
        if (node.await) found(node, "`for await`");
      },
      FunctionDeclaration(node) {
        if (node.async && node.generator) found(node, "an async generator");
      },
      FunctionExpression(node) {
        if (node.async && node.generator) found(node, "an async generator");
      },
    };
  },
};
