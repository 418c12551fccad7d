// SPDX-License-Identifier: MPL-2.0

// Linux as Debian ships it, for qemu-system-x86_64: fetched once by apt, kept in the user's cache.

import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, renameSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";

const META_PACKAGE = "linux-image-amd64";

/** Why there is no Linux to compare with, for the user. */
export class NoLinux extends Error {}

function run(command, args, cwd) {
  const result = spawnSync(command, args, {
    cwd,
    encoding: "buffer",
    maxBuffer: 512 * 1024 * 1024,
  });
  if (result.error !== undefined) throw new NoLinux(`${command}: ${result.error.message}`);
  if (result.status !== 0) {
    const why = result.stderr.toString().trim().split("\n").at(-1);
    throw new NoLinux(`${command} ${args.join(" ")}: ${why}`);
  }
  return result.stdout;
}

/**
 * The file of a kernel image, and its version.
 *
 * @returns {{file: string, version: string}}
 * @throws {NoLinux} where it can not be had
 */
export function debianKernel() {
  const cache = process.env.XDG_CACHE_HOME ?? join(homedir(), ".cache");
  const folder = join(cache, "aster", "debian-kernel");
  mkdirSync(folder, { recursive: true });
  const kept = readdirSync(folder).find((name) => name.startsWith("vmlinuz-"));
  if (kept !== undefined) return { file: join(folder, kept), version: kept.slice(8) };

  if (!existsSync("/usr/bin/apt-get")) throw new NoLinux("Debian's kernel is fetched by apt-get");
  const depends = run("apt-cache", ["depends", META_PACKAGE]).toString();
  const name = /Depends: (linux-image-\S+)/.exec(depends)?.[1];
  if (name === undefined) throw new NoLinux(`${META_PACKAGE} is in no list of apt: apt-get update`);
  process.stderr.write(`bench: fetching ${name} (some 70 MB)\n`);
  run("apt-get", ["download", name], folder);
  const archive = readdirSync(folder).find((file) => file.endsWith(".deb"));
  if (archive === undefined) throw new NoLinux(`apt-get left no package in ${folder}`);
  const version = name.slice("linux-image-".length);
  const script = 'dpkg-deb --fsys-tarfile "$1" | tar -xO "./boot/vmlinuz-$2"';
  const image = run("sh", ["-c", script, "sh", join(folder, archive), version]);
  const file = join(folder, `vmlinuz-${version}`);
  writeFileSync(`${file}.part`, image);
  renameSync(`${file}.part`, file);
  run("rm", [join(folder, archive)]);
  return { file, version };
}
