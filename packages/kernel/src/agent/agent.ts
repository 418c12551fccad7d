// SPDX-License-Identifier: MPL-2.0

import { ExitCode, Task, poweroff } from "@aster/ostd";
import type { VmReader } from "@aster/ostd";
import { SIGNAL_COUNT } from "../abi/signal.ts";
import type { ConsolePort, PortListener } from "../drivers/virtio/console/port.ts";
import type { Kernel } from "../kernel.ts";
import type { Thread } from "../process/thread.ts";
import type { Command } from "./command.ts";
import { FileRequests } from "./file-requests.ts";
import { Inbox } from "./inbox.ts";
import type { InputReceiver } from "./inbox.ts";
import { Outbox } from "./outbox.ts";
import { GuestMessage, HostMessage, PROTOCOL_VERSION } from "./protocol.ts";
import { spawnCommand } from "./spawn.ts";
import type { SpawnRequest } from "./spawn.ts";
import { OutputMessage } from "./streams.ts";
import { MessageWriter } from "./wire.ts";
import type { Message } from "./wire.ts";

/**
 * Runs commands and answers for files on behalf of the host, which asks on a port of its own
 * (see protocol.ts). A task of the kernel; it looks at everything, and parks when nothing moved.
 */
export class Agent implements PortListener, InputReceiver {
  private readonly kernel: Kernel;
  private readonly port: ConsolePort;
  /** In whose name it waits for commands. */
  private readonly thread: Thread;
  private readonly outbox: Outbox;
  private readonly inbox: Inbox;
  private readonly files: FileRequests;
  private readonly commands: Map<number, Command> = new Map();
  private readonly output: OutputMessage = new OutputMessage();

  /** Both threads belong to init and are run by the agent's task. */
  constructor(port: ConsolePort, thread: Thread, fileThread: Thread) {
    this.kernel = thread.kernel;
    this.port = port;
    this.thread = thread;
    this.inbox = new Inbox(port, this);
    this.outbox = new Outbox(port);
    this.files = new FileRequests(fileThread, this.outbox);
    port.listener = this;
  }

  /** The body of the agent's task. */
  async run(): Promise<void> {
    this.outbox.send(new MessageWriter(GuestMessage.READY, 0).u32(PROTOCOL_VERSION));
    const { waiter } = Task.current() ?? failWithoutTask();
    for (;;) {
      this.kernel.currentThread = this.thread;
      const moved = this.step();
      this.kernel.currentThread = undefined;
      if (moved) await Task.yieldNow();
      else await waiter.wait();
    }
  }

  portReadable(): void {
    this.thread.wake();
  }
  portWritable(): void {
    this.thread.wake();
  }
  portConnectionChanged(): void {
    this.thread.wake();
  }

  /** One look at everything; whether anything moved. */
  private step(): boolean {
    this.outbox.flush();
    let moved = this.receive();
    if (this.files.pump()) moved = true;
    for (const command of this.commands.values()) {
      if (command.pump(this.thread, this.outbox, this.output)) moved = true;
      if (command.isDone) this.commands.delete(command.id);
    }
    return moved;
  }

  private receive(): boolean {
    const moved = this.port.hasInput;
    for (let next = this.inbox.next(); next !== undefined; next = this.inbox.next()) {
      this.handle(next);
    }
    return moved;
  }

  addInput(id: number, reader: VmReader, count: number): void {
    this.commands.get(id)?.input.add(reader, count);
  }

  private handle(message: Message): void {
    if (message.type === HostMessage.SPAWN) {
      this.spawn(message);
      return;
    }
    if (message.type === HostMessage.POWER_OFF) {
      this.kernel.vfs.shutdown();
      poweroff(ExitCode.SUCCESS);
    }
    if (message.type >= HostMessage.OPEN) {
      this.files.add(message);
      return;
    }
    // A command that has ended may still be spoken to by a host that does not know yet.
    const command = this.commands.get(message.id);
    if (command !== undefined) tell(command, message);
  }

  private spawn(message: Message): void {
    const started = spawnCommand(this.kernel, readSpawn(message));
    if ("errno" in started) {
      this.outbox.fail(message.id, started.errno, started.what);
      return;
    }
    this.commands.set(started.id, started);
    const { pid } = started.process;
    this.outbox.send(new MessageWriter(GuestMessage.STARTED, started.id).u32(pid));
  }
}

function readSpawn(message: Message): SpawnRequest {
  return {
    id: message.id,
    flags: message.u32(),
    columns: message.u32(),
    rows: message.u32(),
    uid: message.u32(),
    gid: message.u32(),
    groups: message.numbers(),
    cwd: message.text(),
    argv: message.texts(),
    environment: message.texts(),
  };
}

function tell(command: Command, message: Message): void {
  switch (message.type) {
    case HostMessage.INPUT_END:
      command.input.end();
      return;
    case HostMessage.OUTPUT_CREDIT:
      command.output(message.u32())?.addCredit(message.u32());
      return;
    case HostMessage.OUTPUT_CLOSE:
      command.output(message.u32())?.close();
      return;
    case HostMessage.SIGNAL: {
      const signo = message.u32();
      if (signo >= 1 && signo <= SIGNAL_COUNT) command.signal(signo, message.u32());
      return;
    }
    case HostMessage.RESIZE:
      command.resize(message.u32(), message.u32());
      return;
  }
}

function failWithoutTask(): never {
  throw new Error("the agent runs outside its task");
}
