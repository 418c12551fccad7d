// SPDX-License-Identifier: MPL-2.0

import { isBuiltin } from "node:module";
import { dirname, join, relative } from "node:path";
import { BUNDLE_MODULES, BUNDLE_OPTIONS, endowedModule } from "@aster/ostd/bundle";
import { build, context, formatMessages } from "esbuild";
import type { BuildOptions, BuildResult, Message, OutputFile, Plugin } from "esbuild";
import { OsdkError } from "../errors.ts";
import { ExitCode } from "../exit-codes.ts";
import { describeFileError, isFileError, makeFolder, replaceFile } from "../files.ts";
import type { Build } from "../manifest/schema.ts";
import type { Project } from "../project/project.ts";
import { activeFeatures } from "./features.ts";
import { targetDirectory } from "./target.ts";

/** What of OSTD a kernel's bundle may import; it is given to it where the kernel runs. */
const OSTD_ENTRIES: ReadonlySet<string> = new Set(BUNDLE_MODULES);

/** How an entry that is no file is called in stacks. */
const ENTRY_NAME = "osdk-entry.ts";

export interface Bundle {
  /** A script as `@aster/ostd/bundle` describes it; its source map stands beside it. */
  readonly file: string;
  /** All source files in it, absolute. */
  readonly inputs: readonly string[];
  readonly bytes: number;
  /** When the source files began to be read, as `Date.now()` tells. */
  readonly begunMs: number;
}

export interface BundleOptions {
  readonly build: Build;
  /** The folder for the bundle; default: `target/osdk/NAME` of the project. */
  readonly outputDirectory?: string;
}

/** Bundles a project's kernel to one ES module. Throws `OsdkError` with what is wrong. */
export async function bundleKernel(project: Project, options: BundleOptions): Promise<Bundle> {
  return runBuild(project, kernelOptions(project, options));
}

function kernelOptions(project: Project, options: BundleOptions): BuildOptions {
  const directory = options.outputDirectory ?? targetDirectory(project);
  return {
    ...commonOptions(project, options.build),
    entryPoints: [project.entry],
    outfile: join(directory, `${project.name}.js`),
  };
}

/** Bundles an entry that is not a file of the project's own, e.g. one that imports all tests. */
export async function bundleSource(
  project: Project,
  source: string,
  options: BundleOptions & { readonly fileName: string },
): Promise<Bundle> {
  return runBuild(project, {
    ...commonOptions(project, options.build),
    stdin: {
      contents: source,
      resolveDir: project.directory,
      sourcefile: ENTRY_NAME,
      loader: "ts",
    },
    outfile: join(options.outputDirectory ?? targetDirectory(project), options.fileName),
  });
}

function commonOptions(project: Project, build: Build): BuildOptions {
  const isOptimized = build.profile === "release" || build.profile === "bench";
  return {
    absWorkingDir: project.directory,
    ...BUNDLE_OPTIONS,
    conditions: ["import", ...activeFeatures(project, build)],
    sourcemap: "linked",
    sourcesContent: true,
    // Names stay, for panics' traces.
    keepNames: isOptimized,
    minify: isOptimized,
    metafile: true,
    // We write them: a bundle is seen whole or not at all.
    write: false,
    logLevel: "silent",
    plugins: [kernelImports()],
  };
}

const ENDOWED = "endowed";

/** Refuses what safe code may not import; OSTD itself stays outside the bundle. */
function kernelImports(): Plugin {
  return {
    name: "kernel-imports",
    setup(pluginBuild): void {
      pluginBuild.onResolve({ filter: /^[^./#]/ }, ({ path, kind }) => {
        if (kind === "entry-point") return undefined;
        if (OSTD_ENTRIES.has(path)) return { path, namespace: ENDOWED };
        if (path.startsWith("@aster/ostd/")) {
          return refuse(`"${path}" is not for kernels; import from "@aster/ostd"`);
        }
        if (isBuiltin(path)) {
          return refuse(`"${path}" is a module of the host; kernels have OSTD instead`);
        }
        return undefined;
      });
      pluginBuild.onLoad({ filter: /.*/, namespace: ENDOWED }, async ({ path }) => {
        const names = Object.keys((await import(path)) as object);
        return { contents: endowedModule(path, names) };
      });
    },
  };
}

function refuse(text: string): { errors: { text: string }[] } {
  return { errors: [{ text }] };
}

async function runBuild(project: Project, options: BuildOptions): Promise<Bundle> {
  return finish(project, options, () => build(options));
}

/** Builds, and turns what esbuild says into a bundle or an `OsdkError`. */
async function finish(
  project: Project,
  options: BuildOptions,
  run: () => Promise<BuildResult>,
): Promise<Bundle> {
  const begunMs = Date.now();
  let result: BuildResult;
  try {
    result = await run();
  } catch (error) {
    const { errors } = error as { errors?: Message[] };
    if (errors === undefined) throw error;
    const messages = await formatMessages(errors, { kind: "error", color: false });
    const text = `${project.name} can not be bundled\n${messages.join("")}`;
    throw new OsdkError(ExitCode.BUILD, text.trimEnd());
  }
  const { inputs = {}, outputs = {} } = result.metafile ?? {};
  const file = options.outfile ?? "";
  writeOutputs(result.outputFiles ?? []);
  return {
    file,
    inputs: Object.keys(inputs)
      .filter((input) => !/^(<|endowed:)/.test(input) && input !== ENTRY_NAME)
      .map((input) => join(project.directory, input)),
    bytes: outputs[relative(project.directory, file)]?.bytes ?? 0,
    begunMs,
  };
}

/** Throws `OsdkError` where a file can not be written. */
function writeOutputs(files: readonly OutputFile[]): void {
  try {
    for (const { path, contents } of files) {
      makeFolder(dirname(path));
      replaceFile(path, contents);
    }
  } catch (error) {
    if (isFileError(error)) throw new OsdkError(ExitCode.EXECUTE, describeFileError(error));
    throw error;
  }
}

/** Bundles the same kernel again and again, keeping what did not change. */
export interface Bundler {
  /** Throws `OsdkError` with what is wrong. */
  bundle(): Promise<Bundle>;
  close(): Promise<void>;
}

export async function openBundler(project: Project, options: BundleOptions): Promise<Bundler> {
  // Who looks at the bundle is beside its sources, and they are most of its map's bytes.
  const buildOptions = { ...kernelOptions(project, options), sourcesContent: false };
  const kept = await context(buildOptions);
  return {
    bundle: () => finish(project, buildOptions, () => kept.rebuild()),
    close: () => kept.dispose(),
  };
}
