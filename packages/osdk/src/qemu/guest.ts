// SPDX-License-Identifier: MPL-2.0

import { appendFileSync, writeFileSync } from "node:fs";
import { KernelLog, type Guest, type SystemEnd } from "@aster/sandbox/cli";
import type { HostPort } from "@aster/machine/node";
import { OsdkError } from "../errors.ts";
import { ExitCode } from "../exit-codes.ts";
import {
  CONSOLE,
  LOG,
  openChannels,
  removeChannelDirectory,
  type ChannelRequest,
} from "./channels.ts";
import { endingOf, systemEndOf, type Ending } from "./ending.ts";
import { QemuProcess, type QemuExit, type QemuFiles } from "./process.ts";
import type { SocketPort } from "./socket-port.ts";
import type { Traces } from "./traces.ts";

export interface GuestRequest {
  /** The command that starts QEMU. */
  readonly command: readonly string[];
  /** Opened here, and removed with their folder when QEMU has ended. */
  readonly channels: ChannelRequest;
  /** What of ours QEMU uses itself. */
  readonly files: QemuFiles;
  /** Real time until QEMU is killed. */
  readonly timeoutMs: number | undefined;
  readonly traces: Traces;
  /** Gets the kernel's log, by lines. */
  readonly onLog: ((bytes: Uint8Array) => void) | undefined;
  /** Gets it too: the manifest's `qemu.log_file`. */
  readonly logFile: string | undefined;
}

/** A guest in QEMU, with the host's ends of its devices. */
export class QemuGuest implements Guest {
  readonly ended: Promise<SystemEnd>;
  readonly console: Guest["console"];
  readonly machine: Guest["machine"];
  readonly hasOwnTerminal: boolean;
  /** How it ended, once it has. */
  ending: Ending | undefined;
  /** Whether it was ended because its time was over. */
  hasTimedOut = false;

  private constructor(
    request: GuestRequest,
    channels: ReadonlyMap<string, SocketPort>,
    qemu: QemuProcess,
  ) {
    const port = (name: string): HostPort => channels.get(name) ?? new NoPort();
    this.console = {
      terminal: port(CONSOLE),
      port,
      // QEMU has no way to tell the guest (virtio-console without a size).
      resize: () => undefined,
    };
    this.machine = { stop: () => qemu.kill() };
    this.hasOwnTerminal = request.files.stdin;
    const log = listenToLog(request, channels.get(LOG));
    this.ended = this.watch(request, channels, qemu, log);
  }

  /** Opens the channels and starts QEMU. Throws `OsdkError`. */
  static async start(request: GuestRequest): Promise<QemuGuest> {
    if (request.logFile !== undefined) beginLog(request.logFile);
    const channels = await openChannels(request.channels);
    const qemu = new QemuProcess(request.command, request.files);
    return new QemuGuest(request, channels, qemu);
  }

  private async watch(
    { timeoutMs, channels: { directory }, command, traces }: GuestRequest,
    channels: ReadonlyMap<string, SocketPort>,
    qemu: QemuProcess,
    log: KernelLog,
  ): Promise<SystemEnd> {
    const timer =
      timeoutMs === undefined
        ? undefined
        : setTimeout(() => {
            this.hasTimedOut = true;
            qemu.kill();
          }, timeoutMs);
    let exit: QemuExit;
    try {
      exit = await qemu.ended;
    } catch (error) {
      const errors = `${command[0]}: ${(error as Error).message}`;
      exit = { status: undefined, signal: undefined, errors };
    }
    clearTimeout(timer);
    for (const channel of channels.values()) channel.qemuEnded();
    await Promise.all([...channels.values()].map(({ ended }) => ended));
    removeChannelDirectory(directory);
    log.flush();
    this.ending = endingOf(exit);
    const end = systemEndOf(this.ending, traces.map(log.tail()));
    if (!this.hasTimedOut) return end;
    const seconds = (timeoutMs ?? 0) / 1000;
    return { ...end, failure: `the guest did not end within ${seconds} s (--timeout)` };
  }
}

function listenToLog({ traces, onLog, logFile }: GuestRequest, port?: SocketPort): KernelLog {
  const log = new KernelLog((bytes) => {
    const text = traces.map(Buffer.from(bytes).toString("utf8").replaceAll("\r\n", "\n"));
    const line = Buffer.from(text);
    onLog?.(line);
    if (logFile !== undefined) appendLog(logFile, line);
  });
  if (port !== undefined) {
    port.output = (bytes) => {
      for (const byte of bytes) log.add(byte);
      return true;
    };
  }
  return log;
}

function beginLog(file: string): void {
  try {
    writeFileSync(file, "");
  } catch (error) {
    throw new OsdkError(ExitCode.EXECUTE, `qemu.log_file: ${(error as Error).message}`);
  }
}

/** A disk that is full must not end the guest. */
function appendLog(file: string, line: Uint8Array): void {
  try {
    appendFileSync(file, line);
  } catch {
    // What is missing is seen in the file.
  }
}

/** A port that this guest does not have: nothing comes from it, and what is sent is gone. */
class NoPort implements HostPort {
  onInputDrained: () => void = () => {};
  output: HostPort["output"] = undefined;
  send(): boolean {
    return true;
  }
  endInput(): void {}
  close(): void {}
  resumeOutput(): void {}
}
