// SPDX-License-Identifier: MPL-2.0

import { ExitCode, UserContext, UserMode, poweroff } from "@aster/ostd";
import { AT_FDCWD, O } from "../abi/fcntl.ts";
import { FileTable } from "../fs/file-table.ts";
import { FsContext } from "../fs/fs-context.ts";
import type { Kernel } from "../kernel.ts";
import { LogLevel } from "../log.ts";
import { SignalHandlers } from "../signal/handlers.ts";
import { startTrace } from "../syscall/strace/port-sink.ts";
import { Credentials } from "./credentials.ts";
import { execute } from "./exec.ts";
import { MAX_OPEN_FILES, ResourceLimits } from "./limits.ts";
import { createSession } from "./membership.ts";
import { Process } from "./process.ts";
import { startThread } from "./task-loop.ts";
import { Thread } from "./thread.ts";

const INIT_PID = 1;
const DEFAULT_UMASK = 0o022;
/** Where init is looked for when the command line does not say. */
const INIT_PATHS: readonly string[] = ["/init", "/sbin/init", "/etc/init", "/bin/init", "/bin/sh"];
const INIT_ENVIRONMENT: readonly string[] = ["HOME=/", "TERM=linux"];

/** Starts the first process, with /dev/console as its three files; powers off when there is none. */
export function startInit(kernel: Kernel): void {
  const thread = makeInitThread(kernel);
  kernel.currentThread = thread;
  openConsole(thread);
  if (kernel.commandLine.has("aster.strace")) startTrace(kernel, thread);
  const path = executeInit(thread);
  if (path === undefined) {
    const text = "No working init found.  Try passing init= option to kernel.";
    kernel.log.write(LogLevel.EMERG, `Kernel panic - not syncing: ${text}`);
    poweroff(ExitCode.FAILURE);
  }
  kernel.log.info(`Run ${path} as init process`);
  kernel.currentThread = undefined;
  startThread(thread);
}

/** Process 1 with its thread, which has no program yet. */
export function makeInitThread(kernel: Kernel): Thread {
  const { processes, vfs } = kernel;
  // As on Linux, init starts in session and group 0, so that setsid(2) works for it.
  const group = createSession(kernel, 0);
  const limits = ResourceLimits.initial(Math.floor(processes.maxThreads / 2));
  const process = new Process(
    kernel,
    INIT_PID,
    undefined,
    group,
    undefined,
    new SignalHandlers(),
    limits,
    0,
  );
  const thread = new Thread(
    kernel,
    INIT_PID,
    process,
    new UserMode(UserContext.create()),
    new FileTable(kernel.memory),
    new FsContext(vfs.root, vfs.root, DEFAULT_UMASK),
    new Credentials(),
    "init",
  );
  group.members.add(process);
  process.threads.add(thread);
  process.leader = thread;
  processes.processes.set(INIT_PID, process);
  processes.threads.set(INIT_PID, thread);
  processes.lastPid = INIT_PID;
  return thread;
}

function openConsole(thread: Thread): void {
  const { kernel, files } = thread;
  const file = kernel.vfs.open(thread, AT_FDCWD, "/dev/console", O.RDWR | O.NOCTTY, 0);
  if (typeof file === "number") {
    kernel.log.warn("Warning: unable to open an initial console.");
    return;
  }
  for (let fd = 0; fd < 3; fd++) files.install(file.retain(), false, MAX_OPEN_FILES);
  file.release();
}

/** Executes what the command line names, or the first of the usual paths; undefined: there is none. */
function executeInit(thread: Thread): string | undefined {
  const { commandLine, log } = thread.kernel;
  const requested = commandLine.get("rdinit") ?? commandLine.get("init");
  for (const path of requested === undefined ? INIT_PATHS : [requested]) {
    const result = execute(thread, {
      dirfd: AT_FDCWD,
      pathname: path,
      flags: 0,
      argv: [path, ...commandLine.initArguments],
      environment: [...INIT_ENVIRONMENT, ...commandLine.initEnvironment],
    });
    if (result === 0) return path;
    if (requested !== undefined) log.error(`Requested init ${path} failed (error ${result}).`);
  }
  return undefined;
}
