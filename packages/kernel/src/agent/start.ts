// SPDX-License-Identifier: MPL-2.0

import { ExitCode, TaskOptions, UserContext, UserMode, poweroff } from "@aster/ostd";
import { Errno } from "../abi/errno.ts";
import { AT_FDCWD } from "../abi/fcntl.ts";
import { SIGCHLD, SIGPIPE, SIG_IGN } from "../abi/signal.ts";
import { makeDirectory } from "../fs/create.ts";
import { MS } from "../fs/mount.ts";
import type { Kernel } from "../kernel.ts";
import { LogLevel } from "../log.ts";
import { makeInitThread } from "../process/init.ts";
import { Thread } from "../process/thread.ts";
import { startTrace } from "../syscall/strace/port-sink.ts";
import { Agent } from "./agent.ts";
import { AGENT_PORT } from "./protocol.ts";

/** What programs expect to be mounted; /dev is there already. */
const MOUNTS = [
  { type: "proc", at: "/proc" },
  { type: "sysfs", at: "/sys" },
] as const;

/** Commands of the host that can run at a time in a guest that has no process left. */
const KEPT_FOR_HOST = 1;

/**
 * Starts the agent in the place of init, as `aster.agent` on the command line asks: process 1 is
 * the kernel itself then, and no program of the guest is needed. It reaps whom nobody waits for.
 */
export function startAgent(kernel: Kernel): void {
  const { agentPort } = kernel;
  if (agentPort === undefined) {
    const text = `aster.agent: the machine has no port "${AGENT_PORT}"`;
    kernel.log.write(LogLevel.EMERG, `Kernel panic - not syncing: ${text}`);
    poweroff(ExitCode.FAILURE);
  }
  // A guest that has used up all others can still be looked into, and be told to stop.
  kernel.processes.keptForHost = KEPT_FOR_HOST;
  const init = makeInitThread(kernel);
  const { handlers } = init.process;
  handlers.of(SIGCHLD).handler = SIG_IGN;
  handlers.of(SIGPIPE).handler = SIG_IGN;
  kernel.currentThread = init;
  mountAll(kernel, init);
  if (kernel.commandLine.has("aster.strace")) startTrace(kernel, init);
  kernel.currentThread = undefined;
  const fileThread = siblingOf(init);
  const agent = new Agent(agentPort, init, fileThread);
  const task = new TaskOptions(() => agent.run()).data(init).build();
  init.task = task;
  fileThread.task = task;
  agentPort.console.announceOpen(agentPort, true);
  task.run();
}

/** A thread for the agent's own calls: it stands in no table, and never runs a program. */
function siblingOf(init: Thread): Thread {
  return new Thread(
    init.kernel,
    init.tid,
    init.process,
    new UserMode(UserContext.create()),
    init.files,
    init.fs,
    init.credentials,
    init.name,
  );
}

function mountAll(kernel: Kernel, init: Thread): void {
  const { vfs } = kernel;
  for (const { type, at } of MOUNTS) {
    const made = makeDirectory(vfs, init, AT_FDCWD, at, 0o555);
    const place = vfs.resolve(init, AT_FDCWD, at, 0);
    const fs = vfs.createFileSystem(type, type, "");
    const isThere = made === 0 || made === -Errno.EEXIST;
    if (!isThere || typeof place === "number" || typeof fs === "number") {
      kernel.log.error(`agent: ${type} can not be mounted at ${at}`);
      continue;
    }
    vfs.mount(fs, place, type, MS.RELATIME);
  }
}
