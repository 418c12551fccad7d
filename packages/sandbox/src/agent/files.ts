// SPDX-License-Identifier: MPL-2.0

import {
  DATA_BYTES_MAX,
  FILE_STATUS_FIELDS,
  HostMessage,
  MessageWriter,
} from "@aster/kernel/agent";
import type { Message } from "@aster/kernel/agent";
import { LimitError, SandboxError } from "../errors.ts";
import { fromByteString, toByteString, toBytes } from "./byte-strings.ts";
import { isRefusal, type AgentChannel } from "./channel.ts";
import { errnoName } from "./errno.ts";
import { fileType, typeOfEntry, type DirectoryEntry, type GuestFileStatus } from "./file-status.ts";

/** Flags of open(2) and of the *at calls, on x86-64. */
const O = {
  RDONLY: 0,
  WRONLY: 1,
  CREAT: 0o100,
  EXCL: 0o200,
  TRUNC: 0o1000,
  APPEND: 0o2000,
  DIRECTORY: 0o200000,
};
const AT_SYMLINK_NOFOLLOW = 0x100;

export interface WriteFileOptions {
  /** Permission bits of a file that is made, before the umask of 022; default 0o666. */
  readonly mode?: number;
  /** "w" replaces the file (the default), "a" appends, "wx" fails where it exists. */
  readonly flag?: "w" | "a" | "wx";
}

export interface MkdirOptions {
  /** Makes those above as well, and does not mind what is there already. */
  readonly recursive?: boolean;
  /** Permission bits, before the umask of 022; default 0o777. */
  readonly mode?: number;
}

export interface RmOptions {
  /** Removes directories with all that is in them. */
  readonly recursive?: boolean;
  /** Does not mind when there is nothing to remove. */
  readonly force?: boolean;
}

/**
 * The guest's files, as root sees them. Paths are the guest's; relative ones start at its root.
 * Failures are `SandboxError`s with code "file-failed" and the guest's `errno`.
 */
export class GuestFiles {
  private readonly channel: AgentChannel;
  /** The most bytes that `readFile` returns. */
  private readonly maxReadBytes: number;

  constructor(channel: AgentChannel, maxReadBytes: number) {
    this.channel = channel;
    this.maxReadBytes = maxReadBytes;
  }

  /** The whole file; as text when an encoding is given. */
  readFile(path: string): Promise<Uint8Array>;
  readFile(path: string, encoding: "utf8"): Promise<string>;
  async readFile(path: string, encoding?: "utf8"): Promise<Uint8Array | string> {
    const parts: Uint8Array[] = [];
    let total = 0;
    await this.withFile("read", path, O.RDONLY, 0, async (handle) => {
      for (;;) {
        const id = this.channel.takeId();
        const request = new MessageWriter(HostMessage.READ, id).u32(handle).u32(DATA_BYTES_MAX);
        const part = (await this.call("read", path, id, request)).rest();
        if (part.length === 0) return;
        parts.push(part);
        total += part.length;
        if (total > this.maxReadBytes) {
          const message = `${path}: longer than ${this.maxReadBytes} bytes`;
          throw new LimitError("output", message, { path });
        }
      }
    });
    const bytes = Buffer.concat(parts);
    return encoding === undefined ? new Uint8Array(bytes) : bytes.toString(encoding);
  }

  async writeFile(
    path: string,
    data: string | Uint8Array,
    options: WriteFileOptions = {},
  ): Promise<void> {
    const { mode = 0o666, flag = "w" } = options;
    const how = { w: O.TRUNC, a: O.APPEND, wx: O.EXCL }[flag];
    const bytes = toBytes(data);
    await this.withFile("write", path, O.WRONLY | O.CREAT | how, mode, async (handle) => {
      for (let done = 0; done < bytes.length;) {
        const id = this.channel.takeId();
        const part = bytes.subarray(done, done + DATA_BYTES_MAX);
        const request = new MessageWriter(HostMessage.WRITE, id).u32(handle).rest(part);
        done += (await this.call("write", path, id, request)).u32();
      }
    });
  }

  /** The names in a directory, in no particular order, without "." and "..". */
  async readdir(path: string): Promise<DirectoryEntry[]> {
    const entries: DirectoryEntry[] = [];
    await this.withFile("list", path, O.RDONLY | O.DIRECTORY, 0, async (handle) => {
      for (;;) {
        const id = this.channel.takeId();
        const request = new MessageWriter(HostMessage.READ_DIRECTORY, id).u32(handle);
        const answer = await this.call("list", path, id, request);
        const count = answer.u32();
        if (count === 0) return;
        for (let i = 0; i < count; i++) {
          const type = typeOfEntry(answer.u32());
          entries.push({ name: fromByteString(answer.text()), type });
        }
      }
    });
    return entries;
  }

  /** Follows symbolic links. */
  stat(path: string): Promise<GuestFileStatus> {
    return this.status(path, 0);
  }

  /** Does not follow the last symbolic link. */
  lstat(path: string): Promise<GuestFileStatus> {
    return this.status(path, AT_SYMLINK_NOFOLLOW);
  }

  async mkdir(path: string, options: MkdirOptions = {}): Promise<void> {
    const { recursive = false, mode = 0o777 } = options;
    if (!recursive) return this.makeDirectory(path, mode);
    for (const directory of parentsOf(path)) {
      await this.makeDirectory(directory, mode).catch((error: unknown) => ignore(error, "EEXIST"));
    }
    const { type } = await this.stat(path);
    if (type !== "directory") throw fileError("make", path, "EEXIST");
  }

  async rm(path: string, options: RmOptions = {}): Promise<void> {
    try {
      await this.remove(path, options.recursive === true);
    } catch (error) {
      if (options.force !== true) throw error;
      ignore(error, "ENOENT");
    }
  }

  async rename(from: string, to: string): Promise<void> {
    const id = this.channel.takeId();
    const request = new MessageWriter(HostMessage.RENAME, id);
    await this.call("rename", from, id, request.text(toByteString(from)).text(toByteString(to)));
  }

  async symlink(target: string, path: string): Promise<void> {
    const id = this.channel.takeId();
    const request = new MessageWriter(HostMessage.SYMLINK, id);
    await this.call("link", path, id, request.text(toByteString(target)).text(toByteString(path)));
  }

  async readlink(path: string): Promise<string> {
    const answer = await this.callPath("read the link", HostMessage.READLINK, path);
    return Buffer.from(answer.rest()).toString("utf8");
  }

  async chmod(path: string, mode: number): Promise<void> {
    await this.callPath("change the mode of", HostMessage.CHMOD, path, mode);
  }

  // --- Helpers

  private async status(path: string, flags: number): Promise<GuestFileStatus> {
    const answer = await this.callPath("look at", HostMessage.STAT, path, flags);
    const fields = Object.fromEntries(FILE_STATUS_FIELDS.map((name) => [name, answer.f64()]));
    const status = fields as Omit<GuestFileStatus, "type">;
    return { ...status, type: fileType(status.mode) };
  }

  private async makeDirectory(path: string, mode: number): Promise<void> {
    await this.callPath("make", HostMessage.MAKE_DIRECTORY, path, mode);
  }

  private async remove(path: string, recursive: boolean): Promise<void> {
    const { type } = await this.lstat(path);
    if (type !== "directory") {
      await this.callPath("remove", HostMessage.UNLINK, path);
      return;
    }
    if (!recursive) throw fileError("remove", path, "EISDIR");
    for (const { name } of await this.readdir(path)) await this.remove(`${path}/${name}`, true);
    await this.callPath("remove", HostMessage.REMOVE_DIRECTORY, path);
  }

  private async withFile(
    what: string,
    path: string,
    flags: number,
    mode: number,
    use: (handle: number) => Promise<void>,
  ): Promise<void> {
    const id = this.channel.takeId();
    const request = new MessageWriter(HostMessage.OPEN, id).text(toByteString(path));
    const handle = (await this.call(what, path, id, request.u32(flags).u32(mode))).u32();
    const close = (): Promise<Message> => {
      const closeId = this.channel.takeId();
      const message = new MessageWriter(HostMessage.CLOSE, closeId).u32(handle);
      return this.call(what, path, closeId, message);
    };
    try {
      await use(handle);
    } catch (error) {
      await close().catch(() => {});
      throw error;
    }
    await close();
  }

  private callPath(
    what: string,
    type: number,
    path: string,
    ...numbers: readonly number[]
  ): Promise<Message> {
    const id = this.channel.takeId();
    const request = new MessageWriter(type, id).text(toByteString(path));
    for (const number of numbers) request.u32(number);
    return this.call(what, path, id, request);
  }

  private async call(
    what: string,
    path: string,
    id: number,
    request: MessageWriter,
  ): Promise<Message> {
    const answer = await this.channel.request(id, request);
    if (isRefusal(answer)) throw fileError(what, path, errnoName(answer.errno));
    return answer;
  }
}

function fileError(what: string, path: string, errno: string): SandboxError {
  return new SandboxError("file-failed", `cannot ${what} ${path}: ${errno}`, { errno, path });
}

/** Throws all but a failure with this errno. */
function ignore(error: unknown, errno: string): void {
  if (!(error instanceof SandboxError) || error.errno !== errno) throw error;
}

/** "/a", "/a/b" and "/a/b/c" of "/a/b/c". */
function parentsOf(path: string): string[] {
  const parts = path.split("/").filter((part) => part !== "");
  return parts.map((_, index) => `/${parts.slice(0, index + 1).join("/")}`);
}
