// SPDX-License-Identifier: MPL-2.0

import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { OsdkError } from "../errors.ts";
import { ExitCode } from "../exit-codes.ts";
import { readPackageJson } from "../project/package-json.ts";

/** Our packages that a project uses itself. */
const OWN_PACKAGES = ["@aster/ostd", "@aster/osdk", "@aster/eslint-plugin"] as const;
/** Tools of a project, at the versions that Aster itself uses. */
const TOOLS: Readonly<Record<string, string>> = {
  eslint: "10.15.0",
  typescript: "6.0.3",
};

/** Where a project's dependencies come from. */
export interface Sources {
  readonly dependencies: Record<string, string>;
  readonly devDependencies: Record<string, string>;
  /** For package managers: where all of our packages come from when it is no registry. */
  readonly overrides: Record<string, string>;
  /** Whether `link` makes a project work with nothing installed. */
  readonly isLinked: boolean;
  /** Makes links in a project's `node_modules`, where that needs no registry. */
  readonly link: (directory: string) => void;
}

/** This package's folder. */
const OWN_DIRECTORY = fileURLToPath(new URL("../..", import.meta.url));

/**
 * From a checkout of Aster its packages are linked; else they come from a registry, or from the
 * tarballs in `packages`. Throws `OsdkError`.
 */
export function sourcesFor(project: string, packages: string | undefined): Sources {
  if (packages !== undefined) return fromTarballs(project, packages);
  const repository = checkout();
  return repository === undefined ? fromRegistry() : fromCheckout(project, repository);
}

/** The checkout of Aster that this package is part of; undefined when it was installed. */
export function checkout(): string | undefined {
  const root = dirname(dirname(resolve(OWN_DIRECTORY)));
  if (OWN_DIRECTORY.includes("/node_modules/")) return undefined;
  return existsSync(join(root, "packages", "ostd", "src")) ? root : undefined;
}

function split(spec: (name: string) => string): Pick<Sources, "dependencies" | "devDependencies"> {
  const [ostd, ...others] = OWN_PACKAGES;
  return {
    dependencies: { [ostd]: spec(ostd) },
    devDependencies: sorted({
      ...Object.fromEntries(others.map((name) => [name, spec(name)])),
      ...TOOLS,
    }),
  };
}

function fromRegistry(): Sources {
  return {
    ...split(() => `^${ownVersion()}`),
    overrides: {},
    isLinked: false,
    link: () => undefined,
  };
}

function fromTarballs(project: string, packages: string): Sources {
  const pattern = /^aster-([a-z-]+)-\d[^/]*\.tgz$/;
  let files: string[];
  try {
    files = readdirSync(packages).filter((file) => pattern.test(file));
  } catch (error) {
    throw new OsdkError(ExitCode.USAGE, `--packages ${packages}: ${(error as Error).message}`);
  }
  const specs = new Map<string, string>(
    files.map((file) => {
      const path = relative(project, resolve(packages, file));
      return [`@aster/${pattern.exec(file)?.[1] ?? ""}`, `file:${path}`] as const;
    }),
  );
  const missing = OWN_PACKAGES.find((name) => !specs.has(name));
  if (missing !== undefined) {
    const message = `--packages ${packages}: expected the tarball of ${missing} there`;
    throw new OsdkError(ExitCode.USAGE, message);
  }
  const { dependencies, devDependencies } = split((name) => specs.get(name) ?? "");
  const needed = ownPackages("@aster/osdk", OWN_DIRECTORY, new Set<string>(OWN_PACKAGES));
  const own = Object.fromEntries(
    [...specs].filter(([name]) => needed.has(name) && !(name in dependencies)),
  );
  return {
    dependencies,
    // npm takes what a package needs from here, as long as the project itself asks for it.
    devDependencies: sorted({ ...devDependencies, ...own }),
    overrides: sorted(Object.fromEntries([...specs].filter(([name]) => needed.has(name)))),
    isLinked: false,
    link: () => undefined,
  };
}

/** Adds to `found` the packages of ours that `name` needs, itself included. */
function ownPackages(name: string, directory: string, found: Set<string>): Set<string> {
  found.add(name);
  for (const dependency of Object.keys(readPackageJson(directory)?.dependencies ?? {})) {
    if (!dependency.startsWith("@aster/")) continue;
    const require = createRequire(join(directory, "package.json"));
    const next = dirname(require.resolve(`${dependency}/package.json`));
    ownPackages(dependency, next, found);
  }
  return found;
}

function fromCheckout(project: string, repository: string): Sources {
  const directoryOf = (name: string): string =>
    join(repository, "packages", name.replace("@aster/", ""));
  return {
    ...split((name) => `link:${relative(project, directoryOf(name))}`),
    overrides: {},
    isLinked: true,
    link: (directory) => {
      const modules = join(directory, "node_modules");
      const link = (path: string, target: string): void => {
        const file = join(modules, path);
        if (existsSync(file)) return;
        mkdirSync(dirname(file), { recursive: true });
        symlinkSync(relative(dirname(file), target), file);
      };
      for (const name of OWN_PACKAGES) link(name, directoryOf(name));
      link(".bin/osdk", join(directoryOf("@aster/osdk"), "bin", "aster-osdk.js"));
      // Within the checkout Node finds the tools in the folders above.
      const require = createRequire(join(directory, "package.json"));
      for (const name of [...Object.keys(TOOLS), "@typescript/native"]) {
        const target = join(repository, "node_modules", name);
        if (!isFound(require, name) && existsSync(target)) link(name, target);
      }
    },
  };
}

function isFound(require: NodeJS.Require, name: string): boolean {
  return (require.resolve.paths(name) ?? []).some((place) => existsSync(join(place, name)));
}

/** The version of this package: all of ours share it. */
export function ownVersion(): string {
  const json: unknown = JSON.parse(readFileSync(join(OWN_DIRECTORY, "package.json"), "utf8"));
  const { version } = json as { version: string };
  return version;
}

function sorted(table: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(table).sort(([a], [b]) => (a < b ? -1 : 1)));
}
