// SPDX-License-Identifier: MPL-2.0

import ts from "typescript";
import type { Ban, Node } from "../rule.ts";
import { typesOf } from "../types.ts";

export const noAmbient: Ban = {
  name: "no-ambient",
  forbids:
    "Declarations of what is not there to be checked: `declare`, merged declarations, `.d.ts` files.",
  reason: "it claims that something exists, and nobody checks.",
  fix: "Import what you need, and write its type where it is made.",
  bad: [
    "declare const secret: number;\nexport const x = secret;",
    "declare global {\n  interface Array<T> {\n    extra: T;\n  }\n}\nexport const x = 1;",
    'declare module "@aster/ostd" {\n  export const ram: Uint8Array;\n}\nexport const x = 1;',
    "export class A {}\nexport interface A {\n  x: number;\n}",
    "export class A {\n  declare x: number;\n}",
    { file: "ambient.d.ts", code: "export const x: number;" },
  ],
  good: [
    "export interface Point {\n  readonly x: number;\n}\nexport const origin: Point = { x: 0 };",
  ],
  create(context, found) {
    const check = (node: Node & { readonly declare?: boolean }): void => {
      if (node.declare === true) found(node, "`declare`");
    };
    const classes = new Set<string>();
    const interfaces: { readonly name: string; readonly node: Node }[] = [];
    return {
      VariableDeclaration: check,
      FunctionDeclaration: check,
      TSDeclareFunction: check,
      PropertyDefinition: check,
      ClassDeclaration(node) {
        check(node);
        if (node.id !== null) classes.add(node.id.name);
      },
      TSInterfaceDeclaration: (node) => interfaces.push({ name: node.id.name, node }),
      TSModuleDeclaration(node) {
        if (node.declare || node.kind === "global") found(node, "an ambient module");
      },
      TSNamespaceExportDeclaration: (node) => found(node, "`export as namespace`"),
      "Program:exit"(node: Node) {
        if (/\.d\.[cm]?ts$/.test(context.filename)) found(node, "a declaration file");
        for (const { name, node: declared } of interfaces) {
          if (classes.has(name)) found(declared, `an interface merged into class \`${name}\``);
        }
        const file = typesOf(context)?.services.esTreeNodeToTSNodeMap.get(node as never) as
          | ts.SourceFile
          | undefined;
        const [first] = interfaces;
        if (file !== undefined && !ts.isExternalModule(file) && first !== undefined) {
          found(first.node, "an interface in a file that is no module");
        }
      },
    };
  },
};
