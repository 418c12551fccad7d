// SPDX-License-Identifier: MPL-2.0

import { UserContext, UserMode, WaitQueue } from "@aster/ostd";
import { Errno } from "../abi/errno.ts";
import { AT_FDCWD } from "../abi/fcntl.ts";
import { FileTable } from "../fs/file-table.ts";
import { FsContext } from "../fs/fs-context.ts";
import { checkPermission, MAY } from "../fs/permission.ts";
import type { Kernel } from "../kernel.ts";
import { Credentials } from "../process/credentials.ts";
import { execute } from "../process/exec.ts";
import { exitThread } from "../process/exit.ts";
import { ResourceLimits } from "../process/limits.ts";
import { createSession } from "../process/membership.ts";
import { Process } from "../process/process.ts";
import { startThread } from "../process/task-loop.ts";
import { Thread } from "../process/thread.ts";
import { fail } from "../result.ts";
import type { Result } from "../result.ts";
import { fixCapabilities } from "../security/set-ids.ts";
import { traceStart } from "../syscall/strace/trace.ts";
import { SignalHandlers } from "../signal/handlers.ts";
import { closeFiles, openFiles } from "./command-files.ts";
import type { CommandFiles, FilesRequest } from "./command-files.ts";
import { Command } from "./command.ts";

/** Where programs are looked for when the environment has no PATH (execvp(3)). */
const DEFAULT_PATH = "/bin:/usr/bin";
const SHELL = "/bin/sh";
const DEFAULT_UMASK = 0o022;

export interface SpawnRequest extends FilesRequest {
  readonly uid: number;
  readonly gid: number;
  readonly groups: readonly number[];
  readonly cwd: string;
  /** The program, with a slash or to be looked for in PATH, and its arguments. */
  readonly argv: readonly string[];
  /** NAME=VALUE, all of it. */
  readonly environment: readonly string[];
}

/** Why a command could not be started. */
export interface SpawnFailure {
  readonly errno: number;
  /** The path name that is to blame, or what is missing. */
  readonly what: string;
}

/**
 * Starts a command in a session of its own, as a child of nobody: it is reaped when it ends.
 */
export function spawnCommand(kernel: Kernel, request: SpawnRequest): Command | SpawnFailure {
  const pid = kernel.processes.allocatePid(true);
  if (pid === undefined) return { errno: Errno.EAGAIN, what: "the limit on processes" };
  if (kernel.memory.isExhausted) return { errno: Errno.ENOMEM, what: "the kernel's memory" };
  const thread = makeThread(kernel, pid, request);
  const { process } = thread;
  const before = kernel.currentThread;
  kernel.currentThread = thread;
  const outcome = prepare(thread, request);
  if ("errno" in outcome) exitThread(thread, 0);
  kernel.currentThread = before;
  if ("errno" in outcome) return outcome;
  process.endQueue = new WaitQueue();
  startThread(thread);
  return new Command(request.id, process, outcome);
}

function makeThread(kernel: Kernel, pid: number, request: SpawnRequest): Thread {
  const { processes, vfs } = kernel;
  const group = createSession(kernel, pid);
  const limits = ResourceLimits.initial(Math.floor(processes.maxThreads / 2));
  const handlers = new SignalHandlers();
  const process = new Process(kernel, pid, undefined, group, undefined, handlers, limits, 0);
  process.commandId = request.id;
  const thread = new Thread(
    kernel,
    pid,
    process,
    new UserMode(UserContext.create()),
    new FileTable(kernel.memory),
    new FsContext(vfs.root, vfs.root, DEFAULT_UMASK),
    credentialsOf(request),
    "",
  );
  group.session.leader = process;
  group.members.add(process);
  process.threads.add(thread);
  process.leader = thread;
  processes.processes.set(pid, process);
  processes.threads.set(pid, thread);
  processes.forks++;
  return thread;
}

function credentialsOf({ uid, gid, groups }: SpawnRequest): Credentials {
  const root = new Credentials();
  const credentials = new Credentials();
  credentials.uid = credentials.euid = credentials.suid = credentials.fsuid = uid;
  credentials.gid = credentials.egid = credentials.sgid = credentials.fsgid = gid;
  credentials.groups = groups.toSorted((a, b) => a - b);
  fixCapabilities(root, credentials);
  return credentials;
}

/** Opens the thread's files and takes it to the start of its program. */
function prepare(thread: Thread, request: SpawnRequest): CommandFiles | SpawnFailure {
  const files = openFiles(thread, request);
  if (typeof files === "number") return { errno: -files, what: "a terminal" };
  const inDirectory = changeDirectory(thread, request.cwd);
  const result = inDirectory < 0 ? inDirectory : executeByName(thread, request);
  if (result >= 0) return files;
  closeFiles(files);
  return { errno: -result, what: inDirectory < 0 ? request.cwd : (request.argv[0] ?? "") };
}

function changeDirectory(thread: Thread, cwd: string): Result {
  const place = thread.kernel.vfs.resolve(thread, AT_FDCWD, cwd, 0);
  if (typeof place === "number") return place;
  if (!place.inode.isDirectory) return fail(Errno.ENOTDIR);
  const permitted = checkPermission(thread.credentials, place.inode, MAY.EXEC);
  if (permitted < 0) return permitted;
  thread.fs.cwd = place;
  return 0;
}

/** As execvp(3): a name without a slash is looked for along PATH. */
function executeByName(thread: Thread, { argv, environment }: SpawnRequest): Result {
  const name = argv[0] ?? "";
  let result: Result = fail(Errno.ENOENT);
  for (const pathname of candidates(name, environment)) {
    const tried = execute(thread, {
      dirfd: AT_FDCWD,
      pathname,
      flags: 0,
      argv,
      environment,
    });
    if (tried >= 0) {
      traceStart(thread, pathname, argv, environment.length);
      return tried;
    }
    if (tried === -Errno.ENOEXEC) return executeScript(thread, pathname, { argv, environment });
    // A file that may not be executed is worth telling; one that is not there is not.
    if (tried === -Errno.EACCES) result = tried;
    else if (tried !== -Errno.ENOENT && tried !== -Errno.ENOTDIR) return tried;
  }
  return result;
}

/** A file of text that names no interpreter is the shell's, with execvp(3) as with POSIX's shells. */
function executeScript(
  thread: Thread,
  pathname: string,
  { argv, environment }: Pick<SpawnRequest, "argv" | "environment">,
): Result {
  const words = [SHELL, pathname, ...argv.slice(1)];
  const result = execute(thread, {
    dirfd: AT_FDCWD,
    pathname: SHELL,
    flags: 0,
    argv: words,
    environment,
  });
  if (result >= 0) traceStart(thread, SHELL, words, environment.length);
  return result;
}

function candidates(name: string, environment: readonly string[]): string[] {
  if (name === "") return [];
  if (name.includes("/")) return [name];
  const path = environment.find((entry) => entry.startsWith("PATH="))?.slice("PATH=".length);
  // An empty entry is the working directory.
  return (path ?? DEFAULT_PATH).split(":").map((directory) => `${directory || "."}/${name}`);
}
