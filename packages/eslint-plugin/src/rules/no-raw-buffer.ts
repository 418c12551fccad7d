// SPDX-License-Identifier: MPL-2.0

import { globalReferences, isTypeOnly } from "../names.ts";
import type { Ban, Node } from "../rule.ts";
import { partsOf, typesOf } from "../types.ts";

const SHARED = new Set(["SharedArrayBuffer", "Atomics"]);
const VIEW = /^(?:DataView|(?:Big)?(?:Ui|I)nt\d+(?:Clamped)?Array|Float\d+Array)$/;
const BUFFER = /^(?:Shared)?ArrayBuffer(?:Like)?$/;

export const noRawBuffer: Ban = {
  name: "no-raw-buffer",
  forbids: "`SharedArrayBuffer`, `Atomics`, and an array's `.buffer` but for another view on it.",
  reason:
    "memory that two hold is no longer checked; the guest's is reached by OSTD's readers and writers alone.",
  fix: "Copy with `VmReader` and `VmWriter`; look at your own bytes by `new DataView(bytes.buffer, …)`.",
  bad: [
    "export const shared = () => new SharedArrayBuffer(8);",
    "export const add = (a: Int32Array) => Atomics.add(a, 0, 1);",
    "export const raw = (bytes: Uint8Array) => bytes.buffer;",
  ],
  good: [
    "export const view = (bytes: Uint8Array) => new DataView(bytes.buffer, bytes.byteOffset, 8);",
  ],
  create(context, found) {
    const types = typesOf(context);
    return {
      "Program:exit"() {
        for (const reference of globalReferences(context)) {
          const name = String(reference.identifier.name);
          if (SHARED.has(name) && !isTypeOnly(reference))
            found(reference.identifier, `\`${name}\``);
        }
      },
      MemberExpression(node) {
        if (types === undefined || isArgumentOfView(node)) return;
        const isBuffer = partsOf(types.typeOf(node)).some((t) => BUFFER.test(t.symbol?.name ?? ""));
        if (isBuffer) found(node, "a raw buffer");
      },
    };
  },
};

function isArgumentOfView(node: Node): boolean {
  const { parent } = node;
  if (parent?.type !== "NewExpression" || parent.arguments[0] !== node) return false;
  return parent.callee.type === "Identifier" && VIEW.test(parent.callee.name);
}
