// SPDX-License-Identifier: MPL-2.0

import { spawn, type ChildProcess } from "node:child_process";
import { watch as watchDirectory, type FSWatcher } from "node:fs";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { openBundler, type Bundle, type Bundler } from "../build/bundle.ts";
import { say } from "../cli/messages.ts";
import { OsdkError } from "../errors.ts";
import { ExitCode } from "../exit-codes.ts";
import type { Build } from "../manifest/schema.ts";
import type { Project } from "../project/project.ts";
import type { StandbyMessage } from "./standby.ts";

const PROGRAM = fileURLToPath(new URL("../../bin/aster-osdk.js", import.meta.url));
/** Editors write a file in several steps; so long nothing may change before the build starts. */
const SETTLE_MS = 30;
/** A kernel that does not end by SIGTERM in this time is killed. */
const GRACE_MS = 200;
/** The process that stands by starts when the kernel has had its time to boot. */
const STANDBY_DELAY_MS = 300;

/**
 * `osdk run --watch`: builds and boots, and does both again whenever a source file of the bundle
 * changes, until Ctrl-C. The kernel runs in a process of its own: one that hangs is killed.
 */
export async function watch(
  project: Project,
  build: Build,
  args: readonly string[],
): Promise<number> {
  const sources = new SourceWatcher();
  const kernel = new KernelProcess(args);
  const bundler = await openBundler(project, { build });
  // Ctrl-C goes to the whole group; the kernel decides first, in a raw terminal it never comes.
  const interrupted = new Promise<void>((resolve) => {
    process.once("SIGINT", resolve).once("SIGTERM", resolve);
  });
  try {
    for (;;) {
      const changed = sources.nextChange();
      const start = performance.now();
      const bundle = await tryBundle(bundler);
      if (bundle !== undefined) {
        sources.watch(bundle.inputs);
        await kernel.restart(bundle.file);
        say(`built in ${(performance.now() - start).toFixed(0)} ms, booting; waiting for changes`);
      } else {
        sources.watch([project.entry]);
        say("waiting for changes");
      }
      const isOver = await Promise.race([changed.then(() => false), interrupted.then(() => true)]);
      if (isOver) return ExitCode.SUCCESS;
    }
  } finally {
    sources.close();
    await Promise.all([kernel.close(), bundler.close()]);
  }
}

/** The bundle; undefined when the source can not be bundled, which is told. */
async function tryBundle(bundler: Bundler): Promise<Bundle | undefined> {
  try {
    return await bundler.bundle();
  } catch (error) {
    if (!(error instanceof OsdkError)) throw error;
    say(error.message);
    return undefined;
  }
}

/** Watches the folders of source files: editors replace files rather than write to them. */
class SourceWatcher {
  private readonly watchers = new Map<string, FSWatcher>();
  private onChange: () => void = () => {};
  private timer: NodeJS.Timeout | undefined;

  /** Watches the folders of `files` too; a folder once watched stays so. */
  watch(files: readonly string[]): void {
    for (const directory of new Set(files.map((file) => dirname(file)))) {
      if (this.watchers.has(directory)) continue;
      const watcher = watchDirectory(directory, (_event, name) => {
        if (name !== null && !/\.(ts|js|mjs|json)$/.test(name)) return;
        clearTimeout(this.timer);
        this.timer = setTimeout(() => this.onChange(), SETTLE_MS);
      });
      watcher.on("error", () => this.watchers.delete(directory));
      this.watchers.set(directory, watcher);
    }
  }

  /** Resolves at the next change from now on. */
  nextChange(): Promise<void> {
    return new Promise((resolve) => {
      this.onChange = resolve;
    });
  }

  close(): void {
    clearTimeout(this.timer);
    for (const watcher of this.watchers.values()) watcher.close();
  }
}

/**
 * The kernel, booted by `osdk run` in a process that has our terminal. Another such process stands
 * by with everything loaded, so that the next boot has only to begin.
 */
class KernelProcess {
  private readonly args: readonly string[];
  private child: ChildProcess | undefined;
  private standby: ChildProcess | undefined;
  private timer: NodeJS.Timeout | undefined;

  constructor(args: readonly string[]) {
    this.args = args.filter((argument) => argument !== "--watch");
  }

  async restart(bundle: string): Promise<void> {
    await this.stop();
    const child = this.standby ?? this.spawn();
    this.standby = undefined;
    this.child = child;
    child.on("exit", (code, signal) => {
      if (this.child !== child) return;
      this.child = undefined;
      say(`the kernel ended with ${signal === null ? `exit code ${code}` : signal}`);
    });
    child.send({ bundle } satisfies StandbyMessage);
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.standBy(), STANDBY_DELAY_MS);
  }

  /** Ends the kernel, if it still runs, and waits until it is gone. */
  async stop(): Promise<void> {
    const { child } = this;
    this.child = undefined;
    if (child !== undefined) await end(child);
  }

  /** Ends everything. */
  async close(): Promise<void> {
    clearTimeout(this.timer);
    const { standby } = this;
    this.standby = undefined;
    await Promise.all([this.stop(), standby && end(standby)]);
  }

  private standBy(): void {
    if (this.standby !== undefined) return;
    const standby = this.spawn();
    this.standby = standby;
    standby.once("exit", () => {
      if (this.standby === standby) this.standby = undefined;
    });
  }

  private spawn(): ChildProcess {
    const args = [PROGRAM, "run", "--standby", ...this.args];
    const child = spawn(process.execPath, args, {
      stdio: ["inherit", "inherit", "inherit", "ipc"],
    });
    // A process that is ending can not be told anything any more.
    child.on("error", () => undefined);
    return child;
  }
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = new Promise<void>((resolve) => {
    child.once("exit", () => resolve());
  });
  child.kill("SIGTERM");
  const timer = setTimeout(() => child.kill("SIGKILL"), GRACE_MS);
  await gone;
  clearTimeout(timer);
}
