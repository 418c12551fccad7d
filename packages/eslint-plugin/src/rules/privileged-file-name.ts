// SPDX-License-Identifier: MPL-2.0

import { merge } from "../names.ts";
import type { Ban, Report } from "../rule.ts";
import { noAmbient } from "./no-ambient.ts";
import { noAny } from "./no-any.ts";
import { noCompilerDirective } from "./no-compiler-directive.ts";
import { noEval } from "./no-eval.ts";
import { noLintDirective } from "./no-lint-directive.ts";
import { noNonNull } from "./no-non-null.ts";
import { noPrototypeAccess } from "./no-prototype-access.ts";
import { noProxy } from "./no-proxy.ts";
import { noTypeAssertion } from "./no-type-assertion.ts";
import { noTypePredicate } from "./no-type-predicate.ts";
import { noTypescriptRuntime } from "./no-typescript-runtime.ts";
import { noWith } from "./no-with.ts";

/** What OSTD may do in `*.unsafe.ts` files alone. */
const PRIVILEGED: readonly Ban[] = [
  noAmbient,
  noAny,
  noCompilerDirective,
  noEval,
  noLintDirective,
  noNonNull,
  noPrototypeAccess,
  noProxy,
  noTypeAssertion,
  noTypePredicate,
  noTypescriptRuntime,
  noWith,
];

export const privilegedFileName: Ban = {
  name: "privileged-file-name",
  forbids: "In OSTD: what escapes the compiler, outside of `*.unsafe.ts`.",
  reason: "privileged code has to be found by its file name and argued for.",
  fix: "Move it to a file called *.unsafe.ts, with a `SAFETY:` comment.",
  notes: [`It finds what these rules find: ${PRIVILEGED.map(({ name }) => name).join(", ")}.`],
  bad: [
    { file: "frames.ts", code: "export const f = (x: unknown) => x as number;" },
    { file: "frames.ts", code: "export const f = (x: readonly number[]) => x[0]!;" },
    { file: "frames.ts", code: "export const f = (x: object) => Reflect.ownKeys(x);" },
  ],
  good: [
    {
      file: "frames.unsafe.ts",
      code: "// SAFETY: only numbers are ever put in.\nexport const f = (x: unknown) => x as number;",
    },
    { file: "frames.ts", code: "export const f = (x: number) => x + 1;" },
  ],
  create(context, found) {
    if (/\.unsafe\.ts$/.test(context.filename)) return {};
    const plain: Report = (node, what) => found(node, what);
    return merge(...PRIVILEGED.map((ban) => ban.create(context, plain)));
  },
};
