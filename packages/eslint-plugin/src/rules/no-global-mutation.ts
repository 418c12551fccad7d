// SPDX-License-Identifier: MPL-2.0

import { changes, globalReferences, rootOf } from "../names.ts";
import type { Ban } from "../rule.ts";

export const noGlobalMutation: Ban = {
  name: "no-global-mutation",
  forbids: "Assigning to globals and to members of built-in objects.",
  reason: "everybody in the process would see the change.",
  fix: "Write a function or a class of your own.",
  bad: [
    "Math.random = () => 4;",
    "undefined = 1;",
    "[Array.from] = [() => []];",
    "delete Object.keys;",
    "JSON.parse.cache = 1;",
  ],
  good: ["export const set = (point: { x: number }) => {\n  point.x = 1;\n};"],
  create(context, found) {
    const targets: Parameters<Parameters<typeof changes>[0]>[0][] = [];
    return {
      ...changes((target) => targets.push(target)),
      "Program:exit"() {
        const globals = new Set(globalReferences(context).map(({ identifier }) => identifier));
        for (const target of targets) {
          if (target.type !== "Identifier" && target.type !== "MemberExpression") continue;
          const root = rootOf(target);
          if (root.type === "Identifier" && globals.has(root)) {
            found(target, `changing \`${root.name}\``);
          }
        }
      },
    };
  },
};
