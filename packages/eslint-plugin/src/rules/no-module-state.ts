// SPDX-License-Identifier: MPL-2.0

import type { TSESLint, TSESTree } from "@typescript-eslint/utils";
import ts from "typescript";
import { whyRemembers } from "../closures.ts";
import { whyMutable } from "../immutable.ts";
import { changes, isAtModuleLevel, rootOf, unwrap } from "../names.ts";
import type { Ban, Context, Node } from "../rule.ts";
import { isLibrary, typesOf } from "../types.ts";

/** Statements that only declare. */
const DECLARATIONS = new Set([
  ...["ImportDeclaration", "ExportNamedDeclaration", "ExportDefaultDeclaration"],
  ...["ExportAllDeclaration", "FunctionDeclaration", "ClassDeclaration", "VariableDeclaration"],
  ...["TSTypeAliasDeclaration", "TSInterfaceDeclaration", "TSDeclareFunction", "EmptyStatement"],
  ...["TSEnumDeclaration", "TSModuleDeclaration", "TSImportEqualsDeclaration"],
  ...["TSExportAssignment", "TSNamespaceExportDeclaration"],
]);
const COLLECTIONS = new Set(["Map", "Set", "WeakMap", "WeakSet"]);

export const noModuleState: Ban = {
  name: "no-module-state",
  forbids:
    "State outside of the running system's root: module-level and static variables that can change.",
  reason: "several systems live in one process and would share it.",
  fix: "Hang it off the root of the running system (`SystemLocal`), or make its type read-only.",
  notes: [
    "Allowed at module level are functions, classes, and constants whose type says that they never change: values, `as const`, `readonly` arrays, " +
      "`ReadonlyMap`, `ReadonlySet`, objects of `readonly` members. So are `SystemLocal` and `CpuLocal` of OSTD, which keep a value for each system.",
    "A function that is made by a call (a closure over variables of the call) is state under another name, and so are generators, `static` fields, " +
      "regular expressions that remember where they stopped (`/…/g`, `/…/y`), and members set on functions.",
    "Statements at module level would run when the module is loaded, before any system exists; only declarations are allowed.",
  ],
  bad: [
    "export let count = 0;",
    "export const cache = new Map<string, number>();",
    "export const list: string[] = [];",
    "export const point = { x: 1 };",
    "export const buffer = new Uint8Array(8);",
    "export class A {\n  static count = 0;\n}",
    "export class A {\n  static readonly all = new Set<A>();\n}",
    "export class A {\n  static {\n    A.name;\n  }\n}",
    "export const next = (() => {\n  let n = 0;\n  return () => ++n;\n})();",
    "const make = () => {\n  const seen = new Map<string, number>();\n  return (s: string) => seen.get(s);\n};\nexport const get = make();",
    "class Pool {\n  private used = 0;\n  take() {\n    return ++this.used;\n  }\n}\nexport const pool = new Pool();",
    "interface Source {\n  next(): number;\n}\nclass Counter {\n  private n = 0;\n  next() {\n    return ++this.n;\n  }\n}\nexport const source: Source = new Counter();",
    "function* numbers() {\n  yield 1;\n}\nexport const it = numbers();",
    "export const WORD = /a/g;",
    { code: "export function f() {}\nf.calls = 0;", errors: 2 },
    "export const T = [1] as const;\nif (T[0] > 0) {\n  T.at(0);\n}",
    "export const seen = new WeakMap<object, number>();",
  ],
  good: [
    "export const NAMES: ReadonlyMap<string, number> = new Map([['a', 1]]);",
    "export const F = { A: 1, B: 2 } as const;",
    "export const LIST: readonly string[] = ['a'];",
    "export const double = (x: number) => x * 2;",
    "export class Table {\n  private readonly rows = new Map<number, string>();\n  get(i: number) {\n    return this.rows.get(i);\n  }\n}",
    "export class Point {\n  static readonly ORIGIN: Point = new Point(0);\n  constructor(readonly x: number) {}\n}",
    'import { SystemLocal } from "@aster/ostd";\nexport const ROOT: SystemLocal<Map<string, number>> = new SystemLocal(() => new Map<string, number>());',
  ],
  create(context, found) {
    const types = typesOf(context);
    const isKtest = /\.ktest\.ts$/.test(context.filename);

    const checkValue = (
      node: Node,
      value: TSESTree.Expression,
      named: Node,
      what: string,
    ): void => {
      const inner = unwrap(value);
      if (inner.type === "Literal" && "regex" in inner && /[gy]/.test(inner.regex.flags)) {
        found(node, `${what} that remembers where it stopped`);
        return;
      }
      if (types === undefined) {
        const isCollection =
          inner.type === "NewExpression" &&
          inner.callee.type === "Identifier" &&
          COLLECTIONS.has(inner.callee.name) &&
          !/^Readonly/.test(declaredName(named));
        if (isCollection) found(node, `${what} that can change`);
        return;
      }
      const why = whyMutable(types, types.typeOf(named)) ?? remembers(value);
      if (why !== undefined) found(node, `${what} that can change (${why})`);
    };

    /** What a class of the project's makes, whatever type it goes under. */
    const whyMadeMutable = (node: ts.Node): string | undefined => {
      if (types === undefined || !ts.isNewExpression(node)) return undefined;
      const type = types.checker.getTypeAtLocation(node);
      return isLibrary(type.symbol?.declarations?.[0]) ? undefined : whyMutable(types, type);
    };

    const remembers = (value: Node): string | undefined => {
      if (types === undefined) return undefined;
      const visit = (node: ts.Node): string | undefined => {
        if (ts.isFunctionLike(node) || ts.isClassLike(node)) return undefined;
        const isCall = ts.isCallExpression(node) || ts.isTaggedTemplateExpression(node);
        const why = isCall ? whyRemembers(types, node) : undefined;
        return why ?? whyMadeMutable(node) ?? ts.forEachChild(node, visit);
      };
      return visit(types.services.esTreeNodeToTSNodeMap.get(value as never) as ts.Node);
    };

    return {
      Program(program) {
        for (const statement of program.body) {
          if (DECLARATIONS.has(statement.type) || isDirective(statement)) continue;
          if (isKtest && statement.type === "ExpressionStatement") continue;
          found(statement, "a statement at module level");
        }
      },
      VariableDeclaration(node) {
        const { parent } = node;
        if (parent.type !== "Program" && parent.type !== "ExportNamedDeclaration") return;
        if (node.kind !== "const") {
          found(node, `a module-level \`${node.kind}\``);
          return;
        }
        if (node.declare) return;
        for (const { id, init } of node.declarations) {
          if (init !== null) checkValue(node, init, id, "a module-level constant");
        }
      },
      ExportDefaultDeclaration({ declaration: node }) {
        if (/Declaration$|^Identifier$/.test(node.type)) return;
        const value = node as TSESTree.Expression;
        checkValue(node, value, value, "a default export");
      },
      PropertyDefinition(node) {
        if (!node.static || node.declare) return;
        if (!node.readonly) found(node, "a static field that can be set");
        else if (node.value !== null) checkValue(node, node.value, node, "a static field");
      },
      AccessorProperty(node) {
        if (node.static) found(node, "a static field that can be set");
      },
      StaticBlock: (node) => found(node, "a static block"),
      ...changes((target) => {
        const name = moduleVariable(context, target);
        if (name !== undefined) found(target, `changing the module-level \`${name}\``);
      }),
    };
  },
};

function isDirective(statement: TSESTree.ProgramStatement): boolean {
  return statement.type === "ExpressionStatement" && statement.directive !== undefined;
}

function declaredName(id: Node): string {
  if (id.type !== "Identifier") return "";
  const type = id.typeAnnotation?.typeAnnotation;
  return type?.type === "TSTypeReference" && type.typeName.type === "Identifier"
    ? type.typeName.name
    : "";
}

/** The module-level variable, function, class or import that an assignment changes or changes a member of. */
function moduleVariable(context: Context, target: Node): string | undefined {
  if (target.type !== "Identifier" && target.type !== "MemberExpression") return undefined;
  const root = rootOf(target);
  if (root.type !== "Identifier") return undefined;
  let scope: TSESLint.Scope.Scope | null = context.sourceCode.getScope(root);
  while (scope !== null) {
    const variable = scope.set.get(root.name);
    if (variable !== undefined) {
      const [definition] = variable.defs;
      const isModule = definition !== undefined && isAtModuleLevel(definition.node);
      // Inside itself a class is a variable of its own scope.
      return isModule && definition.type !== "Parameter" ? root.name : undefined;
    }
    scope = scope.upper;
  }
  return undefined;
}
