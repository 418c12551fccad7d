// SPDX-License-Identifier: MPL-2.0

import { globalReferences, isTypeOnly } from "../names.ts";
import type { Ban } from "../rule.ts";

export const noProxy: Ban = {
  name: "no-proxy",
  forbids: "`Proxy` and `Reflect`.",
  reason:
    "it makes an object lie about its fields, or reaches what the language keeps behind syntax.",
  fix: "Write a class with the methods that you mean.",
  bad: [
    "export const spy = new Proxy({}, {});",
    "export const make = (f: object) => Reflect.get(f, 'constructor');",
    "const R = Reflect;\nexport const own = R.ownKeys({});",
  ],
  good: [
    "export class Counter {\n  value = 0;\n  next(): number {\n    return ++this.value;\n  }\n}",
  ],
  create(context, found) {
    return {
      "Program:exit"() {
        for (const reference of globalReferences(context)) {
          const name = String(reference.identifier.name);
          if ((name === "Proxy" || name === "Reflect") && !isTypeOnly(reference)) {
            found(reference.identifier, `\`${name}\``);
          }
        }
      },
    };
  },
};
