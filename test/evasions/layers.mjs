// SPDX-License-Identifier: MPL-2.0

// What the compiler and the linter say of an attempt, as they are set for a kernel.

import { fileURLToPath } from "node:url";
import { Linter } from "eslint";
import ts from "typescript";
import { safe } from "../../packages/eslint-plugin/dist/index.js";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const OSTD = `${ROOT}/packages/ostd/dist`;

/** The kernel's own options; a kernel finds OSTD in node_modules. */
function optionsOf() {
  const file = `${ROOT}/packages/kernel/tsconfig.json`;
  const { config } = ts.readConfigFile(file, (path) => ts.sys.readFile(path));
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, `${ROOT}/packages/kernel`);
  const { rootDir, outDir, tsBuildInfoFile, configFilePath, ...rest } = options;
  return {
    ...rest,
    composite: false,
    incremental: false,
    noEmit: true,
    paths: {
      "@aster/ostd": [`${OSTD}/index.d.ts`],
      "@aster/ostd/*": [`${OSTD}/*.d.ts`],
    },
  };
}

const options = optionsOf();
/** The library and OSTD are read once. */
const shared = new Map();
const host = ts.createCompilerHost(options);
const readSource = host.getSourceFile.bind(host);
host.getSourceFile = (file, ...rest) => {
  if (file.includes("/attempts/")) return readSource(file, ...rest);
  if (!shared.has(file)) shared.set(file, readSource(file, ...rest));
  return shared.get(file);
};

/** Some attempts change what all files of a program see: each has a program of its own. */
export function programOf(file) {
  return ts.createProgram([file], options, host);
}

/** The compiler's errors in the attempt's own files, as `TS2304`. */
export function compilerErrors(program, file) {
  const folder = file.endsWith("/main.ts") ? file.slice(0, -"main.ts".length) : file;
  const found = program
    .getSourceFiles()
    .filter(({ fileName }) => fileName.startsWith(folder))
    .flatMap((source) => [
      ...program.getSyntacticDiagnostics(source),
      ...program.getSemanticDiagnostics(source),
      ...program.getDeclarationDiagnostics(source),
    ]);
  return [...new Set(found.map(({ code }) => `TS${code}`))].sort();
}

/** The rules that the preset `safe` reports; "syntax" where the parser gives up. */
export function lintProblems(program, file) {
  const linter = new Linter({ cwd: ROOT });
  const languageOptions = {
    ...safe.languageOptions,
    parserOptions: { programs: [program], tsconfigRootDir: ROOT },
  };
  const text = ts.sys.readFile(file);
  const messages = linter.verify(text, [{ files: ["**/*.ts"], ...safe, languageOptions }], {
    filename: file,
  });
  return [...new Set(messages.map((m) => m.ruleId?.replace("@aster/", "") ?? "syntax"))].sort();
}
