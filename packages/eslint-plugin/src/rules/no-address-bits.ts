// SPDX-License-Identifier: MPL-2.0

import ts from "typescript";
import { staticName } from "../names.ts";
import type { Ban, Node } from "../rule.ts";
import { partsOf, typesOf, type Types } from "../types.ts";

const BITWISE = new Set(["&", "|", "^", "<<", ">>", ">>>"]);
const ARITHMETIC = new Set<ts.SyntaxKind>([
  ts.SyntaxKind.PlusToken,
  ts.SyntaxKind.MinusToken,
  ts.SyntaxKind.AsteriskToken,
  ts.SyntaxKind.SlashToken,
]);
/** Functions that give an address, or the part of it that 52 bits have. */
const KEEPS = /^Math\.(?:floor|ceil|round|trunc|abs|min|max)$/;
/** Functions that work on 32 bits. */
const CUTS = new Set(["imul", "clz32", "fround"]);
const WORDS = /^(?:Ui|I)nt(?:8|16|32)(?:Clamped)?Array$/;
const BRAND = /^(?:Paddr|Daddr|UserAddr|Vaddr)$/;

const IN_WORDS = "an address in words of 32 bits";

export const noAddressBits: Ban = {
  name: "no-address-bits",
  forbids:
    "Bit operations on addresses: `&`, `|`, `^`, `~`, `<<`, `>>`, `>>>`, and what else cuts them to 32 bits.",
  reason: "they work on 32 bits, and an address has up to 52: the upper ones would be lost.",
  fix: "Use pageOffset, pageIndex, alignDown, alignUp, or arithmetic (`%`, `/`, `-`).",
  notes: [
    "Addresses are numbers of the types `Paddr`, `Daddr` and `UserAddr`, which OSTD alone makes. A sum, a difference, and a `const` that an " +
      "address went into are followed; `address % size` is no address any more.",
  ],
  needsTypes: true,
  bad: [
    'import type { Paddr } from "@aster/ostd";\nexport const page = (a: Paddr) => a >>> 12;',
    'import type { Paddr } from "@aster/ostd";\nexport const offset = (a: Paddr) => (a + 4) & 0xfff;',
    'import type { Daddr } from "@aster/ostd";\nexport const f = (a: Daddr) => {\n  const plain: number = a;\n  return ~plain;\n};',
    'import type { Paddr } from "@aster/ostd";\nexport const f = (a: Paddr) => {\n  let low = 1;\n  low &= a;\n  return low;\n};',
    'import type { Paddr } from "@aster/ostd";\nexport const page = (a: Paddr) => Math.floor(a / 2) >>> 11;',
    'import type { Paddr } from "@aster/ostd";\nexport const zeros = (a: Paddr) => Math.clz32(a);',
    'import type { Paddr } from "@aster/ostd";\nexport const words = (a: Paddr) => new Uint32Array([a]);',
    'import type { Paddr } from "@aster/ostd";\nexport const put = (words: Uint32Array, a: Paddr) => {\n  words[0] = a;\n};',
  ],
  good: [
    'import { pageOffset, type Paddr } from "@aster/ostd";\nexport const offset = (a: Paddr) => pageOffset(a);',
    'import type { Paddr } from "@aster/ostd";\nexport const low = (a: Paddr) => (a % 4096) & 0xf;',
    "export const flags = (a: number) => a & 7;",
  ],
  create(context, found) {
    const types = typesOf(context);
    if (types === undefined) return {};
    const holds = (node: Parameters<Types["typeOf"]>[0]): boolean =>
      isAddress(types, types.services.esTreeNodeToTSNodeMap.get(node as never) as ts.Node, 8);
    return {
      BinaryExpression(node) {
        if (!BITWISE.has(node.operator)) return;
        if (holds(node.left) || holds(node.right)) {
          found(node, `\`${node.operator}\` on an address`);
        }
      },
      CallExpression(node) {
        const { callee } = node;
        if (callee.type !== "MemberExpression" || callee.object.type !== "Identifier") return;
        const name = staticName(callee.property, callee.computed) ?? "";
        const isCut = callee.object.name === "Math" && CUTS.has(name);
        if (isCut && node.arguments.some(holds)) found(node, `\`Math.${name}\` of an address`);
        const isMade = WORDS.test(callee.object.name) && (name === "of" || name === "from");
        if (isMade && elementsOf(node.arguments).some(holds)) found(node, IN_WORDS);
      },
      NewExpression(node) {
        const { callee } = node;
        if (callee.type !== "Identifier" || !WORDS.test(callee.name)) return;
        if (elementsOf(node.arguments.filter((a) => a.type === "ArrayExpression")).some(holds)) {
          found(node, IN_WORDS);
        }
      },
      AssignmentExpression(node) {
        if (node.left.type === "MemberExpression" && node.left.computed && holds(node.right)) {
          const into = types.typeOf(node.left.object).symbol?.name ?? "";
          if (WORDS.test(into)) found(node, IN_WORDS);
        }
        if (!BITWISE.has(node.operator.slice(0, -1))) return;
        if (holds(node.left) || holds(node.right)) {
          found(node, `\`${node.operator}\` on an address`);
        }
      },
      UnaryExpression(node) {
        if (node.operator === "~" && holds(node.argument)) found(node, "`~` on an address");
      },
    };
  },
};

/** Arguments, and the elements of those that are lists. */
function elementsOf(nodes: readonly Node[]): readonly Node[] {
  return nodes.flatMap((node): readonly Node[] =>
    node.type === "ArrayExpression" ? node.elements.filter((element) => element !== null) : [node],
  );
}

/** Whether the value is an address: by its type, or by what it was made of. */
function isAddress(types: Types, node: ts.Node, depth: number): boolean {
  const { checker } = types;
  if (depth === 0 || !ts.isExpression(node)) return false;
  if (hasBrand(checker.getTypeAtLocation(node))) return true;
  if (ts.isParenthesizedExpression(node)) return isAddress(types, node.expression, depth - 1);
  if (ts.isAsExpression(node) || ts.isSatisfiesExpression(node) || ts.isNonNullExpression(node)) {
    return isAddress(types, node.expression, depth - 1);
  }
  if (ts.isBinaryExpression(node)) {
    if (!ARITHMETIC.has(node.operatorToken.kind)) return false;
    return isAddress(types, node.left, depth - 1) || isAddress(types, node.right, depth - 1);
  }
  if (ts.isPrefixUnaryExpression(node)) return isAddress(types, node.operand, depth - 1);
  if (ts.isConditionalExpression(node)) {
    return (
      isAddress(types, node.whenTrue, depth - 1) || isAddress(types, node.whenFalse, depth - 1)
    );
  }
  if (ts.isCallExpression(node)) {
    // Number(address) and Math.floor(address) change nothing.
    const isConversion = ts.isIdentifier(node.expression) && node.expression.text === "Number";
    const isRounding = KEEPS.test(node.expression.getText());
    return (
      (isConversion || isRounding) && node.arguments.some((a) => isAddress(types, a, depth - 1))
    );
  }
  if (ts.isIdentifier(node)) {
    const declaration = checker.getSymbolAtLocation(node)?.valueDeclaration;
    return (
      declaration !== undefined &&
      ts.isVariableDeclaration(declaration) &&
      declaration.initializer !== undefined &&
      isAddress(types, declaration.initializer, depth - 1)
    );
  }
  return false;
}

function hasBrand(type: ts.Type): boolean {
  return partsOf(type).some(
    (part) =>
      BRAND.test(part.aliasSymbol?.name ?? "") ||
      (part.isIntersection() && part.getProperty("__unit") !== undefined),
  );
}
