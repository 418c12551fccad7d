// SPDX-License-Identifier: MPL-2.0

import { staticName } from "../names.ts";
import type { Ban, Node } from "../rule.ts";

/** Members by which every object leads to what all objects share. */
export const SHARED_MEMBERS: ReadonlySet<string> = new Set([
  "constructor",
  "prototype",
  "__proto__",
  "__defineGetter__",
  "__defineSetter__",
  "__lookupGetter__",
  "__lookupSetter__",
]);

export const noPrototypeAccess: Ban = {
  name: "no-prototype-access",
  forbids: "`constructor`, `prototype`, `__proto__` and their kin.",
  reason:
    "it leads to what all objects share: from any function to `Function`, from any object to a change for everyone.",
  fix: "Name the class; add methods where the class is written.",
  notes: [
    "The name is found wherever it can be read from the text: as a member, in quotes, put together from strings, in a pattern. What can " +
      "not be read from the text is no-dynamic-member's.",
  ],
  bad: [
    "export const make = (() => {}).constructor('return 1');",
    "export const make = (() => {})['con' + `structor`];",
    "export const { constructor: Maker } = () => {};",
    "export const shared = (value: object) => value.__proto__;",
    "export const evil = { __proto__: { isRoot: true } };",
    "class A {}\nA.prototype.toString = () => '';\nexport default A;",
  ],
  good: [
    "export class Thing {\n  constructor(readonly name: string) {}\n}",
    "export const names = ['constructor'];",
  ],
  create(_context, found) {
    const check = (node: Node, key: Node, isComputed: boolean): void => {
      const name = staticName(key, isComputed);
      if (name !== undefined && SHARED_MEMBERS.has(name)) found(node, `\`${name}\``);
    };
    return {
      MemberExpression: (node) => check(node, node.property, node.computed),
      "ObjectPattern > Property"(node: Node) {
        if (node.type === "Property") check(node, node.key, node.computed);
      },
      "ObjectExpression > Property"(node: Node) {
        if (node.type !== "Property" || node.computed || node.shorthand) return;
        if (staticName(node.key, false) === "__proto__") found(node, "`__proto__`");
      },
    };
  },
};
