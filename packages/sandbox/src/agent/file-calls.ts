// SPDX-License-Identifier: MPL-2.0

import { DATA_BYTES_MAX, HostMessage, MessageWriter } from "@aster/kernel/agent";
import type { Message } from "@aster/kernel/agent";
import { SandboxError } from "../errors.ts";
import { fromByteString, toByteString } from "./byte-strings.ts";
import { isRefusal, type AgentChannel } from "./channel.ts";
import { errnoName } from "./errno.ts";

/** A path in the guest: text, or bytes where a name is no UTF-8. Relative ones start at its root. */
export type GuestPath = string | Uint8Array;

/** What is done with which file; for messages. */
export interface FileCall {
  /** Such as "read". */
  readonly what: string;
  readonly path: GuestPath;
}

/** Single requests about files to the agent in the guest. */
export class FileCalls {
  private readonly channel: AgentChannel;

  constructor(channel: AgentChannel) {
    this.channel = channel;
  }

  /** Asks, and rejects with "file-failed" where the guest refuses. */
  async ask(call: FileCall, type: number, payload: (m: MessageWriter) => void): Promise<Message> {
    const id = this.channel.takeId();
    const request = new MessageWriter(type, id);
    payload(request);
    const answer = await this.channel.request(id, request);
    if (isRefusal(answer)) throw fileError(call, errnoName(answer.errno));
    return answer;
  }

  /** As `ask`, about the path itself and nothing but numbers. */
  askPath(call: FileCall, type: number, ...numbers: readonly number[]): Promise<Message> {
    return this.ask(call, type, (request) => {
      request.text(toByteString(call.path));
      for (const number of numbers) request.u32(number);
    });
  }

  /** Opens a file; `flags` as open(2) has them. */
  async open(call: FileCall, flags: number, mode: number): Promise<OpenGuestFile> {
    const handle = (await this.askPath(call, HostMessage.OPEN, flags, mode)).u32();
    return new OpenGuestFile(this, call, handle);
  }

  /** Opens a file, and closes it after `use`, whose failure comes first. */
  async withFile(
    call: FileCall,
    flags: number,
    mode: number,
    use: (file: OpenGuestFile) => Promise<void>,
  ): Promise<void> {
    const file = await this.open(call, flags, mode);
    try {
      await use(file);
    } catch (error) {
      await file.close().catch(() => {});
      throw error;
    }
    await file.close();
  }
}

/** An open file of the guest. */
export class OpenGuestFile {
  private readonly calls: FileCalls;
  private readonly call: FileCall;
  private readonly handle: number;

  constructor(calls: FileCalls, call: FileCall, handle: number) {
    this.calls = calls;
    this.call = call;
    this.handle = handle;
  }

  /** At most 64 KiB from where the last read ended; none at the end of the file. */
  async read(): Promise<Uint8Array> {
    const answer = await this.calls.ask(this.call, HostMessage.READ, (request) =>
      request.u32(this.handle).u32(DATA_BYTES_MAX),
    );
    return answer.rest();
  }

  async write(bytes: Uint8Array): Promise<void> {
    for (let done = 0; done < bytes.length;) {
      const part = bytes.subarray(done, done + DATA_BYTES_MAX);
      const answer = await this.calls.ask(this.call, HostMessage.WRITE, (request) =>
        request.u32(this.handle).rest(part),
      );
      done += answer.u32();
    }
  }

  /** Some names of a directory, as byte strings; none at its end. */
  async readDirectory(): Promise<{ readonly type: number; readonly name: string }[]> {
    const answer = await this.calls.ask(this.call, HostMessage.READ_DIRECTORY, (request) =>
      request.u32(this.handle),
    );
    const count = answer.u32();
    return Array.from({ length: count }, () => ({ type: answer.u32(), name: answer.text() }));
  }

  async close(): Promise<void> {
    await this.calls.ask(this.call, HostMessage.CLOSE, (request) => request.u32(this.handle));
  }
}

export function fileError({ what, path }: FileCall, errno: string): SandboxError {
  const shown = displayPath(path);
  return new SandboxError("file-failed", `cannot ${what} ${shown}: ${errno}`, {
    errno,
    path: shown,
  });
}

/** A path for people; bytes that are no UTF-8 are lost. */
export function displayPath(path: GuestPath): string {
  return typeof path === "string" ? path : fromByteString(toByteString(path));
}
