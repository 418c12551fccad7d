// SPDX-License-Identifier: MPL-2.0

import {
  GuestMessage,
  HostMessage,
  MessageParser,
  MessageWriter,
  PROTOCOL_VERSION,
} from "@aster/kernel/agent";
import type { Message } from "@aster/kernel/agent";
import { SandboxError } from "../errors.ts";
import { fromByteString } from "./byte-strings.ts";

/** Gets what the guest says about one command. */
export interface MessageHandler {
  handle(message: Message): void;
  /** The guest has gone. */
  lost(error: SandboxError): void;
}

/** The guest said no to a request. */
export interface Refusal {
  readonly errno: number;
  /** What is to blame, where the guest says so. */
  readonly what: string;
}

interface PendingRequest {
  readonly resolve: (answer: Message | Refusal) => void;
  readonly reject: (error: SandboxError) => void;
}

/** The host's end of the conversation with the agent in the guest's kernel. */
export class AgentChannel {
  /** Resolves when the guest is up. */
  readonly ready: Promise<void>;
  /** Called with whether anybody waits for the guest, when that changes. */
  onBusyChanged: (isBusy: boolean) => void = () => {};

  private readonly transmit: (bytes: Uint8Array) => void;
  private readonly parser: MessageParser = new MessageParser();
  private readonly pending: Map<number, PendingRequest> = new Map();
  private readonly handlers: Map<number, MessageHandler> = new Map();
  private nextId = 1;
  private settleReady: PendingRequest | undefined;
  private failure: SandboxError | undefined;

  constructor(transmit: (bytes: Uint8Array) => void) {
    this.transmit = transmit;
    this.ready = new Promise((resolve, reject) => {
      this.settleReady = { resolve: () => resolve(), reject };
    });
    // Whoever boots hears of it; nobody else has to.
    this.ready.catch(() => {});
  }

  /** The guest has gone; whatever is sent now is lost. */
  get hasFailed(): boolean {
    return this.failure !== undefined;
  }

  /** Bytes from the guest. */
  receive(bytes: Uint8Array): void {
    if (this.failure !== undefined) return;
    try {
      this.parser.add(bytes);
      for (let next = this.parser.next(); next !== undefined; next = this.parser.next()) {
        this.dispatch(next);
      }
    } catch (cause) {
      this.fail(new SandboxError("kernel-failed", "the guest's agent talks nonsense", { cause }));
    }
  }

  /** A fresh id for a request or a command. */
  takeId(): number {
    return this.nextId++;
  }

  /** Sends `message`, and `data` as its end. Throws where the guest has gone, or that is too long. */
  send(message: MessageWriter, data?: Uint8Array): void {
    if (this.failure !== undefined) throw this.failure;
    let bytes: Uint8Array;
    try {
      bytes = message.finish(data?.length);
    } catch (cause) {
      throw new SandboxError("bad-option", "arguments and environment are too long", { cause });
    }
    this.transmit(bytes);
    if (data !== undefined) this.transmit(data);
  }

  /** Has the guest power off, which ends everything; nothing where it has gone. */
  powerOff(): void {
    if (this.failure?.code === "no-commands") throw this.failure;
    if (this.failure === undefined) this.send(new MessageWriter(HostMessage.POWER_OFF, 0));
  }

  /** Sends a request and waits for its answer. */
  request(id: number, message: MessageWriter): Promise<Message | Refusal> {
    return new Promise((resolve, reject) => {
      this.send(message);
      this.change(() => this.pending.set(id, { resolve, reject }));
    });
  }

  /** Has `handler` get what is said about `id`, until `forget`. */
  listen(id: number, handler: MessageHandler): void {
    this.change(() => this.handlers.set(id, handler));
  }

  forget(id: number): void {
    this.change(() => this.handlers.delete(id));
  }

  /** The guest has gone: so has everything that was asked of it. */
  fail(error: SandboxError): void {
    if (this.failure !== undefined) return;
    this.failure = error;
    this.settleReady?.reject(error);
    this.change(() => {
      for (const { reject } of this.pending.values()) reject(error);
      for (const handler of [...this.handlers.values()]) handler.lost(error);
      this.pending.clear();
      this.handlers.clear();
    });
  }

  /** There is no agent: whatever is asked of it fails so, also after the system has ended. */
  refuse(error: SandboxError): void {
    this.failure = error;
  }

  private change(edit: () => void): void {
    const before = this.isBusy;
    edit();
    if (this.isBusy !== before) this.onBusyChanged(!before);
  }

  private get isBusy(): boolean {
    return this.pending.size + this.handlers.size > 0;
  }

  private dispatch(message: Message): void {
    const { id, type } = message;
    if (type === GuestMessage.READY) {
      const version = message.u32();
      if (version !== PROTOCOL_VERSION) throw new RangeError(`agent protocol ${version}`);
      this.settleReady?.resolve(message);
      return;
    }
    const request = this.pending.get(id);
    if (request === undefined) {
      // What comes about a command that nobody minds any more is dropped.
      this.handlers.get(id)?.handle(message);
      return;
    }
    this.change(() => this.pending.delete(id));
    if (type !== GuestMessage.FAILED) request.resolve(message);
    else request.resolve({ errno: message.u32(), what: fromByteString(message.text()) });
  }
}

export function isRefusal(answer: Message | Refusal): answer is Refusal {
  return "errno" in answer;
}
