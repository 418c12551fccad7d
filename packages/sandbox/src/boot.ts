// SPDX-License-Identifier: MPL-2.0

import { ROOT_ENVIRONMENT } from "./boot-once.ts";
import { AgentChannel } from "./agent/channel.ts";
import { collect } from "./agent/exec.ts";
import { Deadline } from "./agent/deadline.ts";
import { checkBootOptions } from "./check-options.ts";
import type { BootOptions } from "./boot-options.ts";
import { SandboxError } from "./errors.ts";
import { DEFAULT_ENVIRONMENT } from "./initramfs/image.ts";
import { startOnCallerThread } from "./link/caller-thread.ts";
import type { Link, LinkConfig, LinkEvents } from "./link/link.ts";
import { startOnOwnThread } from "./link/own-thread.ts";
import { planSystem } from "./plan-system.ts";
import { RunningSystem } from "./running-system.ts";
import { SystemConsole } from "./system-console.ts";
import { SyscallTrace } from "./syscall-trace.ts";
import type { SystemEnd } from "./system.ts";

const DEFAULT_OUTPUT_BYTES = 64 * 1024 * 1024;

/** Boots a system; one that is for commands is up, and takes them, when this resolves. */
export async function boot(options: BootOptions = {}): Promise<RunningSystem> {
  checkBootOptions(options);
  const { kernel, thread } = options;
  if (thread !== "caller") return bootLinked(startOnOwnThread, options);
  const own = typeof kernel === "object" ? kernel : undefined;
  return bootLinked((config, events) => startOnCallerThread(config, events, own), options);
}

/** Starts a system on some thread. */
export type StartLink = (config: LinkConfig, events: LinkEvents) => Promise<Link>;

/** As `boot`, on the thread that `start` finds. */
export async function bootLinked(start: StartLink, options: BootOptions): Promise<RunningSystem> {
  const { limits = {} } = options;
  const { config, needsApplets } = planSystem(options);
  let link: Link | undefined;
  const channel = new AgentChannel((bytes) => link?.send(bytes));
  const end = (error: SandboxError): void => {
    channel.fail(error);
    void link?.stop();
  };
  const deadline = new Deadline(
    "the system",
    { signal: options.signal, timeout: limits.timeMs },
    end,
  );
  const events = new Events(channel, options, end);
  let console: SystemConsole | undefined;
  try {
    link = await start(config, events);
    const running = link;
    console = config.console && new SystemConsole(running);
    events.console = console;
    void running.ended.then((end) => channel.fail(endError(end)));
    if (config.hasAgent) {
      channel.onBusyChanged = (isBusy) => running.setBusy(isBusy);
      await channel.ready;
      if (needsApplets) await installApplets(channel);
      running.setBusy(false);
    } else {
      channel.refuse(
        new SandboxError("no-commands", 'the system takes no commands: see the option "mode"'),
      );
    }
  } catch (error) {
    deadline.clear();
    await link?.stop();
    throw error;
  }
  void link.ended.then(() => deadline.clear());
  return new RunningSystem({
    channel,
    link,
    console,
    env: {
      ...(options.root === undefined ? DEFAULT_ENVIRONMENT : ROOT_ENVIRONMENT),
      ...options.env,
    },
    outputBytes: limits.outputBytes ?? DEFAULT_OUTPUT_BYTES,
    cleanUp: () => {
      deadline.clear();
      channel.fail(new SandboxError("closed", "the system was closed"));
    },
  });
}

/** With a busybox whose tables can not be read, the guest itself makes the names. */
async function installApplets(channel: AgentChannel): Promise<void> {
  const root = { env: {}, cwd: "/", uid: 0, gid: 0, groups: [] };
  const request = { argv: ["/bin/busybox", "--install", "-s"], ...root };
  await collect(channel, request, { maxOutputBytes: DEFAULT_OUTPUT_BYTES });
}

/** Hands what comes from the system to who asked for it. */
class Events implements LinkEvents {
  /** Set as soon as the system runs, which is before it says anything. */
  console: SystemConsole | undefined;
  private readonly channel: AgentChannel;
  private readonly options: BootOptions;
  private readonly end: (error: SandboxError) => void;
  private readonly syscalls: SyscallTrace | undefined;
  private hasThrown = false;

  constructor(channel: AgentChannel, options: BootOptions, end: (error: SandboxError) => void) {
    this.channel = channel;
    this.options = options;
    this.end = end;
    const { onSyscall } = options;
    this.syscalls =
      onSyscall && new SyscallTrace((event) => this.call("onSyscall", () => onSyscall(event)));
  }

  readonly bytes = (bytes: Uint8Array): void => this.channel.receive(bytes);

  readonly trace = (bytes: Uint8Array): void => {
    this.syscalls?.add(bytes);
    this.call("onTrace", () => this.options.onTrace?.(bytes));
  };

  readonly log = (bytes: Uint8Array): void => {
    const line = Buffer.from(bytes).toString("utf8").replace(/\n$/, "");
    this.call("onLog", () => this.options.onLog?.(line));
  };

  readonly earlyConsole = (bytes: Uint8Array): void => {
    const { onEarlyConsole } = this.options;
    if (onEarlyConsole === undefined) this.console?.show(bytes);
    else this.call("onEarlyConsole", () => onEarlyConsole(bytes));
  };

  /** A callback of the caller's that throws ends its system, and nothing else of the process. */
  private call(name: string, callback: () => void): void {
    if (this.hasThrown) return;
    try {
      callback();
    } catch (cause) {
      this.hasThrown = true;
      this.end(new SandboxError("callback-failed", `${name} threw`, { cause }));
    }
  }
}

function endError({ reason, code, logTail }: SystemEnd): SandboxError {
  // A kernel that panics powers off with a code.
  if (reason === "failed" || (reason === "power-off" && code !== 0)) {
    return new SandboxError("kernel-failed", `the kernel failed\n${logTail}`.trimEnd());
  }
  return new SandboxError("closed", "the system has ended");
}
