// SPDX-License-Identifier: MPL-2.0

import { execa } from "execa";
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmSync,
  rmdirSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { ROOT_INDEX_NAME, rootIndexText } from "@aster/sandbox";
import { say } from "../cli/messages.ts";
import { OsdkError } from "../errors.ts";
import { ExitCode } from "../exit-codes.ts";
import { findAlternatives, linkAlternatives, type Alternative } from "./alternatives.ts";
import { Apt, type DebPackage } from "./apt.ts";
import { finishRoot, prepareRoot } from "./base-files.ts";
import { readTar } from "./tar.ts";
import { RootTree } from "./tree.ts";

/** What every root has: users and groups, the first directories, and a /bin/sh. */
const BASE_PACKAGES = ["base-files", "base-passwd", "dash", "libc-bin", "ncurses-base"];
/** A package's name as Debian Policy has it (5.6.7), and a version or release of it. */
const PACKAGE_NAME = /^[a-z0-9][a-z0-9+.-]+([=/][A-Za-z0-9.+:~-]+)?$/;
/** An unpacked package is held in memory. */
const MAX_TAR_BYTES = 2 ** 31 - 1;

/**
 * Makes a root at `out` from Debian packages and all that they depend on, without root's rights;
 * `out` must not exist, or be empty. Throws `OsdkError`.
 */
export async function buildRoot(packages: readonly string[], out: string): Promise<void> {
  for (const name of packages) {
    if (!PACKAGE_NAME.test(name)) {
      throw new OsdkError(ExitCode.USAGE, `"${name}" is no name of a package`);
    }
  }
  const target = resolve(out);
  checkTarget(target);
  const apt = new Apt();
  await apt.update();
  const debs = await apt.download([...BASE_PACKAGES, ...packages]);
  mkdirSync(dirname(target), { recursive: true });
  // Beside the target, so that it takes its place in one step when it is whole.
  const work = mkdtempSync(join(dirname(target), `.${basename(target)}.`));
  try {
    await unpackAll(debs, work);
    rmSync(target, { force: true, recursive: true });
    renameSync(work, target);
  } catch (error) {
    rmSync(work, { force: true, recursive: true });
    throw error;
  }
  say(`${out}: ${debs.length} packages`);
}

function checkTarget(target: string): void {
  let isEmpty: boolean;
  try {
    isEmpty = statSync(target).isDirectory() && readdirSync(target).length === 0;
  } catch {
    return;
  }
  if (!isEmpty) {
    throw new OsdkError(
      ExitCode.USAGE,
      `${target} exists already; remove it first, or choose another place`,
    );
  }
  rmdirSync(target);
}

async function unpackAll(debs: readonly DebPackage[], folder: string): Promise<void> {
  const tree = new RootTree(folder);
  prepareRoot(tree);
  const alternatives: Alternative[] = [];
  const status: string[] = [];
  for (const [i, deb] of debs.entries()) {
    if (process.stderr.isTTY) process.stderr.write(`\rosdk: unpacking ${i + 1} of ${debs.length} `);
    const paths = await unpack(deb, tree);
    const control = await controlFiles(deb);
    alternatives.push(...findAlternatives(control.get("postinst") ?? ""));
    status.push(statusEntry(control.get("control") ?? ""));
    tree.makeFile(`var/lib/dpkg/info/${deb.name}.list`, paths.map((path) => `${path}\n`).join(""));
  }
  if (process.stderr.isTTY) process.stderr.write("\n");
  finishRoot(tree);
  linkAlternatives(tree, alternatives);
  tree.makeFile("var/lib/dpkg/status", status.join("\n"));
  tree.finish();
  if (tree.skipped.length > 0) say(`left out, as devices are: ${tree.skipped.join(", ")}`);
  const versions = Object.fromEntries(debs.map(({ name, version }) => [name, version]));
  writeFileSync(join(folder, ROOT_INDEX_NAME), rootIndexText(versions, tree.index));
}

/** Unpacks the files of a package; their absolute paths. */
async function unpack({ file, name }: DebPackage, tree: RootTree): Promise<string[]> {
  const archive = await dpkgDeb(["--fsys-tarfile", file], name);
  const paths: string[] = [];
  try {
    for (const member of readTar(archive)) {
      tree.add(member);
      paths.push(`/${member.path.replace(/^\.?\/?/, "").replace(/\/$/, "")}`);
    }
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new OsdkError(ExitCode.EXECUTE, `the package ${name} cannot be unpacked: ${reason}`);
  }
  return paths;
}

async function controlFiles({ file, name }: DebPackage): Promise<Map<string, string>> {
  const files = new Map<string, string>();
  for (const { path, type, data } of readTar(await dpkgDeb(["--ctrl-tarfile", file], name))) {
    if (type === "file") files.set(basename(path), Buffer.from(data).toString("latin1"));
  }
  return files;
}

async function dpkgDeb(args: readonly string[], name: string): Promise<Uint8Array> {
  const result = await execa("dpkg-deb", args, {
    encoding: "buffer",
    reject: false,
    stdin: "ignore",
    maxBuffer: MAX_TAR_BYTES,
  });
  if (result.exitCode === 0) return result.stdout;
  const reason = Buffer.from(result.stderr).toString().trim();
  throw new OsdkError(ExitCode.EXECUTE, `the package ${name} cannot be read: ${reason}`);
}

/** The package's part of dpkg's status file: its maintainer scripts have not run. */
function statusEntry(control: string): string {
  const [first = "", ...rest] = control.trimEnd().split("\n");
  return `${[first, "Status: install ok unpacked", ...rest].join("\n")}\n`;
}
