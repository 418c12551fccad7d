// SPDX-License-Identifier: MPL-2.0

import { build, formatMessages, type BuildResult, type Message, type Plugin } from "esbuild";
import { readFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { BUNDLE_MODULES, isBundle } from "@aster/ostd/bundle";
import { BuildError } from "./build-error.ts";
import type { Program } from "./program.ts";

const GUEST_FOLDER = fileURLToPath(new URL("../guest", import.meta.url));

export interface Bundle {
  readonly code: Uint8Array;
  readonly map: Uint8Array;
  /** All files in it, absolute. */
  readonly inputs: readonly string[];
}

/**
 * One script out of the kernel, OSTD and our implementation of `Hardware`. Newer syntax than
 * the engine's (ES2020 with class fields and private names) is lowered; what is missing of the
 * library is in guest/polyfill.ts. OSTD is the one that `projectFolder` has installed; default:
 * that of the kernel's file.
 */
export async function bundleProgram(
  program: Program,
  minify: boolean,
  projectFolder?: string,
): Promise<Bundle> {
  const contents = `import "./polyfill"; ${entryOf(program)}`;
  const [module = ""] = Object.values(program) as string[];
  let result: BuildResult<{ write: false; metafile: true }>;
  try {
    result = await build({
      stdin: { contents, resolveDir: GUEST_FOLDER, loader: "ts" },
      absWorkingDir: GUEST_FOLDER,
      bundle: true,
      write: false,
      outfile: "program.js",
      metafile: true,
      sourcemap: "external",
      sourcesContent: false,
      format: "iife",
      platform: "neutral",
      mainFields: ["module", "main"],
      target: "es2022",
      minifySyntax: minify,
      // The engine takes a field named `get` or `set` for an accessor; fields that are assigned in
      // the constructor, as TypeScript's used to be, have no such trouble.
      loader: { ".js": "ts", ".mjs": "ts" },
      tsconfigRaw: { compilerOptions: { useDefineForClassFields: false } },
      // Static blocks and `#x in o` are later than the engine.
      supported: { "class-static-blocks": false, "class-private-brand-check": false },
      logLevel: "silent",
      plugins: [kernelBundle(resolve(module)), oneOstd(projectFolder ?? dirname(resolve(module)))],
    });
  } catch (error) {
    throw new BuildError("bundle-failed", await describe(error));
  }
  const file = (suffix: string): Uint8Array =>
    result.outputFiles.find(({ path }) => path.endsWith(suffix))?.contents ?? new Uint8Array();
  const inputs = Object.keys(result.metafile.inputs)
    .filter((input) => !input.startsWith("<"))
    .map((input) => resolve(GUEST_FOLDER, input));
  return { code: file(".js"), map: withAbsoluteSources(file(".js.map")), inputs };
}

/** The map is read wherever the image is put. */
function withAbsoluteSources(map: Uint8Array): Uint8Array {
  const parsed = JSON.parse(new TextDecoder().decode(map)) as { sources: string[] };
  const sources = parsed.sources.map((source) => resolve(GUEST_FOLDER, source));
  return new TextEncoder().encode(JSON.stringify({ ...parsed, sources }));
}

function entryOf(program: Program): string {
  if ("kernel" in program) {
    return `import { start } from "./start"; import "./freeze"; import kernel from ${quote(program.kernel)}; start(kernel);`;
  }
  if ("ktests" in program) {
    return `import { runKtest } from "./run-ktest"; import "./freeze"; import ${quote(program.ktests)}; runKtest();`;
  }
  return `import ${quote(program.script)};`;
}

function quote(path: string): string {
  return JSON.stringify(resolve(path));
}

/** A kernel that was bundled already is a function of OSTD; here is where it gets it. */
function kernelBundle(file: string): Plugin {
  return {
    name: "kernel-bundle",
    setup(pluginBuild): void {
      pluginBuild.onLoad({ filter: /\.js$/ }, ({ path }) => {
        if (path !== file) return undefined;
        const text = readFileSync(file, "utf8");
        if (!isBundle(text)) return undefined;
        const imports = BUNDLE_MODULES.map((name, i) => `import * as m${i} from "${name}";`);
        const given = BUNDLE_MODULES.map((name, i) => `"${name}": m${i}`).join(", ");
        // The source map's name stays the last line.
        const end = text.lastIndexOf("\n//# sourceMappingURL=");
        const [code, comment] = end < 0 ? [text, ""] : [text.slice(0, end), text.slice(end)];
        const contents = `${imports.join(" ")} export default ${code.trimEnd()}({ ${given} }).default;${comment}`;
        return { contents, loader: "ts", resolveDir: dirname(file) };
      });
    },
  };
}

/** There is one OSTD in an image: the kernel's, which ours may be another copy of. */
function oneOstd(kernelFolder: string): Plugin {
  return {
    name: "one-ostd",
    setup(pluginBuild): void {
      const ours = { isOurs: true };
      pluginBuild.onResolve({ filter: /^@aster\/ostd($|\/)/ }, async (found) => {
        if (found.pluginData === ours) return undefined;
        const { kind } = found;
        const options = { kind, resolveDir: kernelFolder, pluginData: ours };
        const kernels = await pluginBuild.resolve(found.path, options);
        if (kernels.errors.length === 0) return { path: kernels.path };
        return pluginBuild.resolve(found.path, { ...options, resolveDir: found.resolveDir });
      });
    },
  };
}

async function describe(error: unknown): Promise<string> {
  const { errors } = error as { errors?: Message[] };
  if (errors === undefined) return error instanceof Error ? error.message : String(error);
  const messages = await formatMessages(errors, { kind: "error", color: false });
  return messages.join("").trimEnd();
}
