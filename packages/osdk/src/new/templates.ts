// SPDX-License-Identifier: MPL-2.0

import type { ProjectType } from "../project/project.ts";

export interface PnpmSettings {
  /** Where pnpm takes our packages from when it is no registry. */
  readonly overrides: Readonly<Record<string, string>>;
  /** All packages are links to a checkout of Aster. */
  readonly isLinked: boolean;
}

export interface TemplateOptions extends PnpmSettings {
  readonly name: string;
  readonly type: ProjectType;
  /** What package.json asks of our own packages, by name. */
  readonly dependencies: Readonly<Record<string, string>>;
  readonly devDependencies: Readonly<Record<string, string>>;
  /** In a workspace the manifest and the settings stand in its root. */
  readonly isMember: boolean;
}

/** The files of a new project, by their paths. */
export function projectFiles(options: TemplateOptions): Record<string, string> {
  const { type, isMember } = options;
  return {
    "package.json": packageJson(options),
    "tsconfig.json": TSCONFIG,
    "eslint.config.mjs": ESLINT_CONFIG,
    "README.md": readme(options),
    ...(type === "kernel"
      ? { "src/main.ts": KERNEL_MAIN }
      : { "src/index.ts": LIBRARY_INDEX, "src/index.ktest.ts": LIBRARY_TEST }),
    ...(isMember
      ? {}
      : {
          "OSDK.toml": manifest(type),
          ".gitignore": GITIGNORE,
          ".vscode/launch.json": LAUNCH,
          "pnpm-workspace.yaml": pnpmSettings(options),
        }),
  };
}

const KERNEL_MAIN = `import { type Kernel, main, println } from "@aster/ostd";

/** OSTD sets up the machine, and then runs this as the first task. */
const kernel: Kernel = main(() => {
  println("Hello world from guest kernel!");
});

export default kernel;
`;

const LIBRARY_INDEX = `import { bootInfo } from "@aster/ostd";

/** Bytes of memory that the machine offers, as the boot loader told. */
export function availableMemory(): number {
  const usable = bootInfo().memoryRegions.filter(({ type }) => type === "usable");
  return usable.reduce((sum, { length }) => sum + length, 0);
}
`;

const LIBRARY_TEST = `import { assert } from "@aster/ostd";
import { ktest } from "@aster/ostd/ktest";
import { availableMemory } from "./index.ts";

ktest("it_works", () => {
  assert(availableMemory() > 0, "the machine has memory");
});
`;

const TSCONFIG = `{
  "compilerOptions": {
    "target": "es2023",
    "lib": ["es2023", "esnext.disposable"],
    "module": "nodenext",
    "types": [],
    "noEmit": true,
    "allowImportingTsExtensions": true,
    "erasableSyntaxOnly": true,
    "isolatedModules": true,
    "verbatimModuleSyntax": true,
    "strict": true,
    "exactOptionalPropertyTypes": true,
    "noFallthroughCasesInSwitch": true,
    "noImplicitOverride": true,
    "noUncheckedIndexedAccess": true,
    "skipLibCheck": true
  },
  "include": ["src"]
}
`;

const ESLINT_CONFIG = `import { safe } from "@aster/eslint-plugin";
import { defineConfig } from "eslint/config";

export default defineConfig(
  { ignores: ["target/**"] },
  // Safe TypeScript: what reaches past OSTD is an error.
  { files: ["src/**/*.ts"], ...safe },
);
`;

export const GITIGNORE = `node_modules/
target/
`;

const LAUNCH = `{
  "version": "0.2.0",
  "configurations": [
    {
      "name": "osdk run",
      "type": "node",
      "request": "launch",
      "program": "\${workspaceFolder}/node_modules/@aster/osdk/bin/aster-osdk.js",
      "args": ["run"],
      "cwd": "\${workspaceFolder}",
      "outFiles": ["\${workspaceFolder}/target/**/*.js"],
      "console": "integratedTerminal"
    }
  ]
}
`;

/** The manifest; without a type that of a workspace, where the members' code tells theirs. */
export function manifest(type?: ProjectType): string {
  const projectType = type === undefined ? "" : `project_type = "${type}"\n\n`;
  return `# How OSDK builds, runs and tests: docs/osdk.md of Aster lists all keys.
${projectType}[boot]
method = "builtin"
`;
}

/** Settings of pnpm, for a project that stands by itself or for the root of a workspace. */
export function pnpmSettings({ overrides, isLinked }: PnpmSettings): string {
  const lines = Object.entries(overrides).map(([name, spec]) => `  "${name}": ${spec}\n`);
  return [
    "# esbuild works without its install script.\nallowBuilds: { esbuild: false }\n",
    isLinked
      ? "# All packages are linked: there is nothing to install.\nverifyDepsBeforeRun: false\n"
      : "",
    lines.length === 0 ? "" : `overrides:\n${lines.join("")}`,
  ].join("");
}

function packageJson(options: TemplateOptions): string {
  const { name, type, overrides } = options;
  const value = {
    name,
    version: "0.1.0",
    private: true,
    type: "module",
    ...(type === "library" && { exports: { ".": "./src/index.ts" } }),
    scripts: {
      osdk: "osdk",
      build: "osdk build",
      ...(type === "kernel" && { start: "osdk run" }),
      test: "osdk test",
      check: "osdk check",
      lint: "osdk lint",
    },
    dependencies: options.dependencies,
    devDependencies: options.devDependencies,
    ...(Object.keys(overrides).length > 0 && { overrides }),
  };
  return `${JSON.stringify(value, undefined, 2)}\n`;
}

function readme({ name, type }: TemplateOptions): string {
  const run = type === "kernel" ? "pnpm osdk run      # boots it on the built-in machine\n" : "";
  const what =
    type === "kernel"
      ? "A kernel in safe TypeScript on OSTD. It starts in `src/main.ts`."
      : "A library for kernels in safe TypeScript on OSTD. What it offers is in `src/index.ts`.";
  return `# ${name}

${what}

\`\`\`sh
${run}pnpm osdk test     # runs the tests in src/**/*.ktest.ts on the built-in machine
pnpm osdk check    # checks the types
pnpm osdk lint     # checks that the code is safe TypeScript
pnpm osdk help     # all commands
\`\`\`
`;
}
