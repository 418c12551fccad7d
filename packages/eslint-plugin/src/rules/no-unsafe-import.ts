// SPDX-License-Identifier: MPL-2.0

import { existsSync, lstatSync, readdirSync } from "node:fs";
import { basename, dirname, join, relative } from "node:path";
import type { Ban, Node } from "../rule.ts";

/** Registers kernel-mode tests, which stand in files called `*.ktest.ts`. */
const KTEST = "@aster/ostd/ktest";
/** Folders and files that the preset does not look at, or not as strictly. */
const NOT_LINTED =
  /(^|\/)(node_modules|packages|dist|test|testing|contract|target)\/|\.(test|ktest|d)\.ts$/;

/** Options of the rule. */
interface Options {
  /** Libraries that are safe TypeScript themselves, such as members of the same workspace. */
  readonly packages?: readonly string[];
}

export const noUnsafeImport: Ban = {
  name: "no-unsafe-import",
  forbids:
    "Importing anything but @aster/ostd's public entry and checked files of the same package.",
  reason: "it reaches the machine past OSTD's checks.",
  fix: 'Import from "@aster/ostd", or from a `.ts` file of the same package.',
  notes: [
    "What counts is the path as written: OSTD's other entries, Node's modules, other packages, JavaScript, JSON, tests and " +
      "`*.unsafe.ts` files are refused, and so are paths that are computed while the program runs, `require`, `import.meta` and " +
      "types taken from elsewhere by `import(…)` or `/// <reference>`.",
    "The path must lead to a plain file: a symbolic link, a folder called `x.ts`, or `./x.ts` where there is only `x.ts.js` is refused.",
    "Libraries that are safe TypeScript themselves, such as members of one workspace, are named in an option: " +
      '`"@aster/no-unsafe-import": ["error", { packages: ["mylib"] }]`.',
    "Files called `*.ktest.ts` may import `@aster/ostd/ktest`.",
  ],
  bad: [
    'import fs from "node:fs";',
    'import { bootKernel } from "@aster/ostd/boot";',
    'export * from "@aster/machine";',
    'import { ram } from "./mm/ram.unsafe.ts";',
    'import { helper } from "./helper.js";',
    'import { helper } from "../../../../elsewhere/helper.ts";',
    'export async function load(name: string) { return import("./" + name); }',
    "export const here = import.meta.url;",
    'export type Stats = import("node:fs").Stats;',
    'export const fs = require("node:fs");',
  ],
  good: [
    'import { VmSpace } from "@aster/ostd";\nexport const make = () => VmSpace.create();',
    'import { fail } from "./result.ts";\nexport const refuse = () => fail(1);',
    {
      file: "frames.ktest.ts",
      code: 'import { ktest } from "@aster/ostd/ktest";\nktest("is true", () => {});',
    },
  ],
  schema: [
    {
      type: "object",
      properties: { packages: { type: "array", items: { type: "string" } } },
      additionalProperties: false,
    },
  ],
  create(context, found) {
    const { packages = [] } = (context.options[0] ?? {}) as Options;
    const isKtest = /\.ktest\.ts$/.test(context.filename);
    const allowed = new Set(["@aster/ostd", ...packages, ...(isKtest ? [KTEST] : [])]);
    const check = (node: Node, source: unknown): void => {
      if (typeof source !== "string") {
        found(node, "a computed import");
      } else if (/^\.\.?\//.test(source)) {
        const why = whyNotOwn(source, context.filename);
        if (why !== undefined) found(node, `importing "${source}"`, { reason: why });
      } else if (!allowed.has(source)) {
        found(node, `importing "${source}"`);
      }
    };
    return {
      ImportDeclaration: (node) => check(node, node.source.value),
      ExportNamedDeclaration(node) {
        if (node.source !== null) check(node, node.source.value);
      },
      ExportAllDeclaration: (node) => check(node, node.source.value),
      ImportExpression: (node) => found(node, "a dynamic import"),
      TSImportType: (node) => check(node, node.source.value),
      TSImportEqualsDeclaration: (node) => found(node, "`import … =`"),
      TSExportAssignment: (node) => found(node, "`export =`"),
      MetaProperty(node) {
        if (node.meta.name === "import") found(node, "import.meta");
      },
      "Identifier[name='require']"(node: Node) {
        if (node.parent?.type === "CallExpression" && node.parent.callee === node) {
          found(node, "require()");
        }
      },
    };
  },
};

/** Why a relative path is none of this package's checked files; undefined when it is one. */
function whyNotOwn(source: string, importer: string): string | undefined {
  if (!source.endsWith(".ts")) return "only `.ts` files are checked.";
  if (/\.unsafe\.ts$/.test(source)) return "it is privileged code.";
  const target = join(dirname(importer), source);
  if (NOT_LINTED.test(source.replace(/^(\.\.?\/)+/, ""))) {
    return "it leads to code that these rules do not check.";
  }
  const odd = whyNoFile(target);
  if (odd !== undefined) return odd;
  const root = packageOf(importer);
  if (root !== undefined && relative(root, target).startsWith("..")) {
    return "it leads out of the package.";
  }
  if (root === undefined && /^(\.\.\/){4}/.test(source)) return "it leads out of the package.";
  return undefined;
}

/**
 * A link leads to what these rules know under another name, or not at all; a folder, or `x.ts` where
 * there is only `x.ts.js`, leads the bundler to code that the compiler does not see.
 */
function whyNoFile(target: string): string | undefined {
  const folder = dirname(target);
  if (!existsSync(folder)) return undefined;
  const found = lstatSync(target, { throwIfNoEntry: false });
  if (found === undefined) {
    const isOther = readdirSync(folder).some((name) => name.startsWith(`${basename(target)}.`));
    return isOther ? "it leads to a file with another ending." : undefined;
  }
  if (found.isSymbolicLink()) return "it is a link to another file.";
  if (!found.isFile()) return "it is a folder.";
  const packageFolder = packageOf(target) ?? folder;
  for (let at = folder; at.length > packageFolder.length; at = dirname(at)) {
    if (lstatSync(at).isSymbolicLink()) return "it is in a folder that is a link.";
  }
  return undefined;
}

/** The nearest folder above that has a package.json. */
function packageOf(file: string): string | undefined {
  for (let at = dirname(file); at !== dirname(at); at = dirname(at)) {
    if (existsSync(join(at, "package.json"))) return at;
  }
  return undefined;
}
