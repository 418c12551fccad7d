// SPDX-License-Identifier: MPL-2.0

import { execa } from "execa";
import { mkdirSync, readdirSync, statSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { say } from "../cli/messages.ts";
import { OsdkError } from "../errors.ts";
import { ExitCode } from "../exit-codes.ts";
import { findProgram } from "../qemu/obstacles.ts";

/** Package lists older than this are fetched again. */
const LISTS_MAX_AGE_MS = 24 * 3600 * 1000;

/** A package that has been downloaded. */
export interface DebPackage {
  readonly name: string;
  readonly version: string;
  /** The .deb on the host. */
  readonly file: string;
}

/**
 * Finds and downloads packages with the host's apt, which knows the mirrors, the proxies and the
 * keys; with a state of its own, so that nothing of the host's is touched and no rights are needed.
 */
export class Apt {
  private readonly directory: string;
  private readonly options: readonly string[];

  /** Throws `OsdkError` where the host has no apt. */
  constructor(directory: string = cacheDirectory()) {
    for (const program of ["apt-get", "dpkg-deb"]) {
      if (findProgram(program) === undefined) {
        const message = `${program} is needed, which Debian and its relatives have, and is not in PATH`;
        throw new OsdkError(ExitCode.NOT_FOUND, message);
      }
    }
    this.directory = directory;
    for (const path of ["lists/partial", "archives/partial"]) {
      mkdirSync(join(directory, path), { recursive: true });
    }
    const status = join(directory, "status");
    writeFileSync(status, "");
    const settings: Readonly<Record<string, string>> = {
      "Dir::State::status": status,
      "Dir::State::lists": join(directory, "lists"),
      "Dir::State::extended_states": join(directory, "extended_states"),
      "Dir::Cache": directory,
      "Dir::Cache::archives": join(directory, "archives"),
      "Dir::Log": directory,
      "APT::Sandbox::User": "",
      "APT::Architecture": "amd64",
      "APT::Install-Recommends": "false",
      "Debug::NoLocking": "1",
      "Acquire::Languages": "none",
      "Acquire::Retries": "2",
    };
    this.options = Object.entries(settings).flatMap(([name, value]) => ["-o", `${name}=${value}`]);
  }

  /** Fetches the lists of packages unless those at hand are fresh. */
  async update(): Promise<void> {
    if (this.hasFreshLists()) return;
    say("fetching the lists of packages (apt-get update)");
    const { exitCode, output } = await this.run(["update"]);
    // apt-get update counts a mirror that does not answer as a warning.
    if (exitCode !== 0 || /^(E|W|Err):/m.test(output)) {
      const message = `the lists of packages cannot be fetched from the mirrors that apt knows:\n${output.trim()}`;
      if (this.newestList() === undefined) throw new OsdkError(ExitCode.EXECUTE, message);
      say(`${message}\n  going on with the lists of an earlier run`);
    }
  }

  /** The packages and all that they depend on, in the order in which they can be unpacked. */
  async download(names: readonly string[]): Promise<DebPackage[]> {
    const plan = await this.run(["install", "--simulate", ...names]);
    if (plan.exitCode !== 0) throw new OsdkError(ExitCode.FAILURE, explain(plan.output));
    const chosen = [...plan.output.matchAll(/^Inst (\S+) \((\S+) .*\[(\S+)\]\)/gm)];
    say(`downloading ${chosen.length} packages`);
    const fetched = await this.run(["install", "--yes", "--download-only", ...names]);
    if (fetched.exitCode !== 0) {
      const message = `the packages cannot be downloaded:\n${fetched.output.trim()}`;
      throw new OsdkError(ExitCode.EXECUTE, message);
    }
    return chosen.map(([, name = "", version = "", architecture = ""]) => ({
      name,
      version,
      file: join(
        this.directory,
        "archives",
        `${name}_${version.replaceAll(":", "%3a")}_${architecture}.deb`,
      ),
    }));
  }

  private hasFreshLists(): boolean {
    const newest = this.newestList();
    return newest !== undefined && Date.now() - newest < LISTS_MAX_AGE_MS;
  }

  /** When the newest list was fetched; undefined where there is none. */
  private newestList(): number | undefined {
    const lists = join(this.directory, "lists");
    const times = readdirSync(lists)
      .filter((name) => name.includes("_Packages"))
      .map((name) => statSync(join(lists, name)).ctimeMs);
    return times.length === 0 ? undefined : Math.max(...times);
  }

  private async run(args: readonly string[]): Promise<{ exitCode: number; output: string }> {
    const result = await execa("apt-get", [...this.options, ...args], {
      all: true,
      reject: false,
      stdin: "ignore",
      env: { LC_ALL: "C", DEBIAN_FRONTEND: "noninteractive" },
    });
    return { exitCode: result.exitCode ?? 1, output: result.all };
  }
}

function cacheDirectory(): string {
  return join(process.env["XDG_CACHE_HOME"] ?? join(homedir(), ".cache"), "aster", "apt");
}

/** What apt says of names that it does not know, in one line; all it says otherwise. */
function explain(output: string): string {
  const unknown = [
    ...output.matchAll(/^E: Unable to locate package (\S+)/gm),
    ...output.matchAll(/^E: Package '(\S+)' has no installation candidate/gm),
  ].map(([, name]) => name);
  if (unknown.length === 0) return `apt-get cannot resolve the packages:\n${output.trim()}`;
  const plural = unknown.length === 1 ? "package" : "packages";
  return `unknown ${plural}: ${unknown.join(", ")} (apt-cache search finds the names there are)`;
}
