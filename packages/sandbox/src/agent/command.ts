// SPDX-License-Identifier: MPL-2.0

import {
  GuestMessage,
  HostMessage,
  MessageWriter,
  SPAWN_CONSOLE_COOKED,
  SPAWN_CONSOLE_ERROR,
  SPAWN_CONSOLE_INPUT,
  SPAWN_CONSOLE_OUTPUT,
  SPAWN_PTY,
  STDERR,
  STDOUT,
  SignalScope,
  WINDOW_BYTES,
} from "@aster/kernel/agent";
import type { Message } from "@aster/kernel/agent";
import type { TerminalSize } from "../boot-options.ts";
import { LimitError, SandboxError, type LimitName } from "../errors.ts";
import { toByteString } from "./byte-strings.ts";
import { isRefusal, type AgentChannel, type MessageHandler } from "./channel.ts";
import { errnoName } from "./errno.ts";
import { exitStatus, type ExitStatus } from "./exit.ts";
import { SIGKILL } from "./signals.ts";

/** Which files of a command are the system's console; the others are pipes. */
export interface ConsoleFiles {
  readonly stdin?: boolean;
  readonly stdout?: boolean;
  readonly stderr?: boolean;
  /**
   * Who echoes what is typed and ends lines: the guest's terminal, the default, or the one that
   * the console is shown on.
   */
  readonly echo?: "guest" | "host";
}

/** What is to be started, with nothing left to be guessed. */
export interface CommandRequest {
  readonly argv: readonly (string | Uint8Array)[];
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string;
  readonly uid: number;
  readonly gid: number;
  readonly groups: readonly number[];
  /** A terminal of this size in characters, in the place of three pipes. */
  readonly pty?: TerminalSize | undefined;
  /** The files that are the system's console. */
  readonly console?: ConsoleFiles | undefined;
}

/** Of a command's output files, those that the host reads. */
export function outputStreams({ pty, console }: CommandRequest): number[] {
  if (pty !== undefined) return [STDOUT];
  return [
    ...(console?.stdout === true ? [] : [STDOUT]),
    ...(console?.stderr === true ? [] : [STDERR]),
  ];
}

/** The guest hears of what was taken in parts of so many bytes: it can always send half a window. */
const CREDIT_BYTES = WINDOW_BYTES / 2;

/** Hears of a command. */
export interface CommandEvents {
  /** First of all. */
  started(command: GuestCommand): void;
  /** The receiver gives credit when it has room for as much again. */
  output(stream: number, bytes: Uint8Array): void;
  outputEnd(stream: number): void;
  exited(status: ExitStatus): void;
  /** The guest has taken what was sent; there is room in the window. */
  inputDrained(): void;
  inputClosed(): void;
  lost(error: SandboxError): void;
}

/** A running command: the messages about it, made into calls. */
export class GuestCommand implements MessageHandler {
  readonly pid: number;
  private readonly channel: AgentChannel;
  private readonly id: number;
  private readonly events: CommandEvents;
  /** Bytes of input that may be sent now. */
  private inputWindow: number = WINDOW_BYTES;
  /** What was given and the guest does not know of, by stream. */
  private readonly creditOwed = new Map<number, number>();
  private openStreams: number;
  private hasExited = false;

  private constructor(
    channel: AgentChannel,
    id: number,
    pid: number,
    streams: number,
    events: CommandEvents,
  ) {
    this.channel = channel;
    this.id = id;
    this.pid = pid;
    this.openStreams = streams;
    this.events = events;
  }

  /** Starts a command; rejects with "spawn-failed" where the guest can not. */
  static async start(
    channel: AgentChannel,
    request: CommandRequest,
    events: CommandEvents,
  ): Promise<GuestCommand> {
    const id = channel.takeId();
    const answer = channel.request(id, spawnMessage(id, request));
    // What follows the answer may come in the same turn, before this goes on.
    const early = new EarlyMessages();
    channel.listen(id, early);
    let reply: Message;
    try {
      const received = await answer;
      if (isRefusal(received)) throw spawnError(received.errno, received.what);
      reply = received;
    } catch (error) {
      channel.forget(id);
      throw error;
    }
    const streams = outputStreams(request).length;
    const command = new GuestCommand(channel, id, reply.u32(), streams, events);
    channel.listen(id, command);
    events.started(command);
    early.replay(command);
    return command;
  }

  /** The guest has gone, and the command with it. */
  get isLost(): boolean {
    return this.channel.hasFailed;
  }

  /** Bytes of input that can be sent now. */
  get inputRoom(): number {
    return this.inputWindow;
  }

  /** Sends what the window allows; how many bytes. */
  sendInput(bytes: Uint8Array): number {
    const count = Math.min(bytes.length, this.inputWindow);
    if (count > 0) {
      const data = bytes.subarray(0, count);
      this.inputWindow -= count;
      if (!this.channel.hasFailed) {
        this.channel.send(new MessageWriter(HostMessage.INPUT, this.id), data);
      }
    }
    return count;
  }

  endInput(): void {
    this.send(new MessageWriter(HostMessage.INPUT_END, this.id));
  }

  /** The receiver has room for so many more bytes. */
  giveCredit(stream: number, bytes: number): void {
    const owed = (this.creditOwed.get(stream) ?? 0) + bytes;
    const isDue = owed >= CREDIT_BYTES;
    this.creditOwed.set(stream, isDue ? 0 : owed);
    if (!isDue) return;
    this.send(new MessageWriter(HostMessage.OUTPUT_CREDIT, this.id).u32(stream).u32(owed));
  }

  /** Nobody wants the output any more. */
  closeOutput(stream: number): void {
    this.send(new MessageWriter(HostMessage.OUTPUT_CLOSE, this.id).u32(stream));
    this.streamEnded();
  }

  /** To the process group of the command. */
  signal(number: number): void {
    const message = new MessageWriter(HostMessage.SIGNAL, this.id);
    this.send(message.u32(number).u32(SignalScope.GROUP));
  }

  /** Ends the command and all that it started. */
  killAll(): void {
    const message = new MessageWriter(HostMessage.SIGNAL, this.id);
    this.send(message.u32(SIGKILL).u32(SignalScope.ALL));
  }

  resize(columns: number, rows: number): void {
    this.send(new MessageWriter(HostMessage.RESIZE, this.id).u32(columns).u32(rows));
  }

  // --- MessageHandler

  handle(message: Message): void {
    switch (message.type) {
      case GuestMessage.OUTPUT:
        this.events.output(message.u32(), message.rest());
        return;
      case GuestMessage.OUTPUT_END:
        this.events.outputEnd(message.u32());
        this.streamEnded();
        return;
      case GuestMessage.INPUT_CREDIT:
        this.inputWindow += message.u32();
        this.events.inputDrained();
        return;
      case GuestMessage.INPUT_CLOSED:
        this.events.inputClosed();
        return;
      case GuestMessage.EXITED:
        this.hasExited = true;
        this.events.exited(exitStatus(message.u32(), message.u32()));
        this.forgetWhenDone();
        return;
    }
  }

  lost(error: SandboxError): void {
    this.events.lost(error);
  }

  private streamEnded(): void {
    this.openStreams--;
    this.forgetWhenDone();
  }

  private forgetWhenDone(): void {
    if (this.hasExited && this.openStreams <= 0) this.channel.forget(this.id);
  }

  /** To a command that has ended, or to a guest that has gone, there is nothing to say. */
  private send(message: MessageWriter): void {
    if (!this.channel.hasFailed) this.channel.send(message);
  }
}

/** Keeps messages until their receiver is there. */
class EarlyMessages implements MessageHandler {
  private readonly messages: Message[] = [];
  private error: SandboxError | undefined;

  handle(message: Message): void {
    this.messages.push(message);
  }
  lost(error: SandboxError): void {
    this.error = error;
  }
  replay(handler: MessageHandler): void {
    for (const message of this.messages) handler.handle(message);
    if (this.error !== undefined) handler.lost(this.error);
  }
}

function consoleFlags(console: ConsoleFiles | undefined): number {
  if (console === undefined) return 0;
  const { stdin = false, stdout = false, stderr = false, echo = "guest" } = console;
  return (
    (stdin ? SPAWN_CONSOLE_INPUT : 0) |
    (stdout ? SPAWN_CONSOLE_OUTPUT : 0) |
    (stderr ? SPAWN_CONSOLE_ERROR : 0) |
    (echo === "host" ? SPAWN_CONSOLE_COOKED : 0)
  );
}

function spawnMessage(id: number, request: CommandRequest): MessageWriter {
  const { argv, env, cwd, uid, gid, groups, pty } = request;
  if (argv.length === 0) throw new SandboxError("bad-option", "the command is empty");
  const variables = Object.entries(env).map(([name, value]) => {
    if (name !== "" && !name.includes("=")) return toByteString(`${name}=${value}`);
    throw new SandboxError("bad-option", `"${name}" is no name of an environment variable`);
  });
  const message = new MessageWriter(HostMessage.SPAWN, id)
    .u32(pty === undefined ? consoleFlags(request.console) : SPAWN_PTY)
    .u32(pty?.columns ?? 0)
    .u32(pty?.rows ?? 0)
    .u32(uid)
    .u32(gid)
    .u32(groups.length);
  for (const group of groups) message.u32(group);
  return message.text(toByteString(cwd)).texts(argv.map(toByteString)).texts(variables);
}

/** As fork(2) says that a limit is reached. */
const LIMIT_ERRNOS: Readonly<Record<string, LimitName>> = { EAGAIN: "processes", ENOMEM: "memory" };

function spawnError(errno: number, what: string): SandboxError {
  const name = errnoName(errno);
  const details = { errno: name, path: what };
  const limit = LIMIT_ERRNOS[name];
  if (limit !== undefined) {
    const message = `the command can not be started: no ${limit} left in the guest (${name})`;
    return new LimitError(limit, message, details);
  }
  return new SandboxError(
    "spawn-failed",
    `the command can not be started: ${what}: ${name}`,
    details,
  );
}
