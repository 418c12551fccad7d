// SPDX-License-Identifier: MPL-2.0

import { FILE_STATUS_FIELDS, HostMessage } from "@aster/kernel/agent";
import {
  checkMkdirOptions,
  checkReaddirOptions,
  checkReadFileOptions,
  checkRmOptions,
  checkWriteFileOptions,
} from "../check-options.ts";
import { LimitError, SandboxError } from "../errors.ts";
import { byteStringBytes, fromByteString, toByteString } from "./byte-strings.ts";
import type { AgentChannel } from "./channel.ts";
import {
  displayPath,
  FileCalls,
  fileError,
  type GuestPath,
  type OpenGuestFile,
} from "./file-calls.ts";
import { fileType, typeOfEntry, type DirectoryEntry, type GuestFileStatus } from "./file-status.ts";
import { InputSource, type GuestInput } from "./input-source.ts";

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

export interface ReadFileOptions {
  /** "utf8" for text; default "bytes". */
  readonly encoding?: "utf8" | "bytes";
  /** A longer file is refused; default: the `outputBytes` that the system was booted with. */
  readonly maxBytes?: number;
}

export interface WriteFileOptions {
  /** Permission bits of a file that is made, before the umask of 022; default 0o666. */
  readonly mode?: number;
  /** "w" replaces the file (the default), "a" appends, "wx" fails where it exists. */
  readonly flag?: "w" | "a" | "wx";
}

export interface ReaddirOptions {
  /** "bytes" for names as they are: not every name of Linux is text; default "utf8". */
  readonly encoding?: "utf8" | "bytes";
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
  private readonly calls: FileCalls;
  /** The most bytes that `readFile` returns. */
  private readonly maxReadBytes: number;

  constructor(channel: AgentChannel, maxReadBytes: number) {
    this.calls = new FileCalls(channel);
    this.maxReadBytes = maxReadBytes;
  }

  /** The whole file; as text when an encoding is given. */
  readFile(
    path: GuestPath,
    options?: ReadFileOptions & { encoding?: "bytes" },
  ): Promise<Uint8Array>;
  readFile(
    path: GuestPath,
    options: "utf8" | (ReadFileOptions & { readonly encoding: "utf8" }),
  ): Promise<string>;
  async readFile(
    path: GuestPath,
    options: "utf8" | ReadFileOptions = {},
  ): Promise<Uint8Array | string> {
    checkReadFileOptions(options);
    const { encoding = "bytes", maxBytes = this.maxReadBytes } =
      options === "utf8" ? { encoding: options } : options;
    const parts: Uint8Array[] = [];
    let total = 0;
    await this.calls.withFile({ what: "read", path }, O.RDONLY, 0, async (file) => {
      for (let part = await file.read(); part.length > 0; part = await file.read()) {
        parts.push(part);
        total += part.length;
        if (total > maxBytes) {
          const message = `${displayPath(path)}: longer than ${maxBytes} bytes`;
          throw new LimitError("output", message, { path: displayPath(path) });
        }
      }
    });
    const bytes = Buffer.concat(parts);
    return encoding === "bytes" ? new Uint8Array(bytes) : bytes.toString(encoding);
  }

  /** The file part by part, at the reader's pace; opened with the first read. No limit holds. */
  readStream(path: GuestPath): ReadableStream<Uint8Array> {
    let file: OpenGuestFile | undefined;
    return new ReadableStream<Uint8Array>(
      {
        pull: async (controller) => {
          file ??= await this.calls.open({ what: "read", path }, O.RDONLY, 0);
          const part = await file.read();
          if (part.length > 0) {
            controller.enqueue(part);
            return;
          }
          await file.close();
          controller.close();
        },
        cancel: () => file?.close(),
      },
      { highWaterMark: 0 },
    );
  }

  /** Makes the file hold `data`, which may come part by part. */
  async writeFile(
    path: GuestPath,
    data: GuestInput,
    options: WriteFileOptions = {},
  ): Promise<void> {
    checkWriteFileOptions(data, options);
    const { mode = 0o666, flag = "w" } = options;
    const how = { w: O.TRUNC, a: O.APPEND, wx: O.EXCL }[flag];
    const call = { what: "write", path };
    await this.calls.withFile(call, O.WRONLY | O.CREAT | how, mode, async (file) => {
      const source = new InputSource(data);
      try {
        for (let part = await source.next(); part !== undefined; part = await source.next()) {
          await file.write(part);
        }
      } catch (error) {
        source.stop(new SandboxError("file-failed", "the file can not be written"));
        throw error;
      }
    });
  }

  /** The names in a directory, in no particular order, without "." and "..". */
  readdir(path: GuestPath, options?: { readonly encoding?: "utf8" }): Promise<DirectoryEntry[]>;
  readdir(
    path: GuestPath,
    options: { readonly encoding: "bytes" },
  ): Promise<DirectoryEntry<Uint8Array>[]>;
  async readdir(
    path: GuestPath,
    options: ReaddirOptions = {},
  ): Promise<DirectoryEntry<string | Uint8Array>[]> {
    checkReaddirOptions(options);
    const decode = options.encoding === "bytes" ? byteStringBytes : fromByteString;
    const entries: DirectoryEntry<string | Uint8Array>[] = [];
    await this.calls.withFile({ what: "list", path }, O.RDONLY | O.DIRECTORY, 0, async (file) => {
      for (;;) {
        const some = await file.readDirectory();
        if (some.length === 0) return;
        for (const { name, type } of some) {
          entries.push({ name: decode(name), type: typeOfEntry(type) });
        }
      }
    });
    return entries;
  }

  /** Follows symbolic links. */
  stat(path: GuestPath): Promise<GuestFileStatus> {
    return this.status(path, 0);
  }

  /** Does not follow the last symbolic link. */
  lstat(path: GuestPath): Promise<GuestFileStatus> {
    return this.status(path, AT_SYMLINK_NOFOLLOW);
  }

  async mkdir(path: GuestPath, options: MkdirOptions = {}): Promise<void> {
    checkMkdirOptions(options);
    const { recursive = false, mode = 0o777 } = options;
    if (!recursive) return this.makeDirectory(path, mode);
    for (const directory of parentsOf(path)) {
      await this.makeDirectory(directory, mode).catch((error: unknown) => ignore(error, "EEXIST"));
    }
    const { type } = await this.stat(path);
    if (type !== "directory") throw fileError({ what: "make", path }, "EEXIST");
  }

  async rm(path: GuestPath, options: RmOptions = {}): Promise<void> {
    checkRmOptions(options);
    try {
      await this.remove(path, options.recursive === true);
    } catch (error) {
      if (options.force !== true) throw error;
      ignore(error, "ENOENT");
    }
  }

  async rename(from: GuestPath, to: GuestPath): Promise<void> {
    await this.calls.ask({ what: "rename", path: from }, HostMessage.RENAME, (request) =>
      request.text(toByteString(from)).text(toByteString(to)),
    );
  }

  async symlink(target: GuestPath, path: GuestPath): Promise<void> {
    await this.calls.ask({ what: "link", path }, HostMessage.SYMLINK, (request) =>
      request.text(toByteString(target)).text(toByteString(path)),
    );
  }

  /** Where a symbolic link leads. */
  async readlink(path: GuestPath): Promise<string> {
    const answer = await this.calls.askPath({ what: "read the link", path }, HostMessage.READLINK);
    return Buffer.from(answer.rest()).toString("utf8");
  }

  async chmod(path: GuestPath, mode: number): Promise<void> {
    await this.calls.askPath({ what: "change the mode of", path }, HostMessage.CHMOD, mode);
  }

  // --- Helpers

  private async status(path: GuestPath, flags: number): Promise<GuestFileStatus> {
    const answer = await this.calls.askPath({ what: "look at", path }, HostMessage.STAT, flags);
    const fields = Object.fromEntries(FILE_STATUS_FIELDS.map((name) => [name, answer.f64()]));
    const status = fields as Omit<GuestFileStatus, "type">;
    return { ...status, type: fileType(status.mode) };
  }

  private async makeDirectory(path: GuestPath, mode: number): Promise<void> {
    await this.calls.askPath({ what: "make", path }, HostMessage.MAKE_DIRECTORY, mode);
  }

  private async remove(path: GuestPath, recursive: boolean): Promise<void> {
    const { type } = await this.lstat(path);
    const call = { what: "remove", path };
    if (type !== "directory") {
      await this.calls.askPath(call, HostMessage.UNLINK);
      return;
    }
    if (!recursive) throw fileError(call, "EISDIR");
    for (const { name } of await this.readdir(path, { encoding: "bytes" })) {
      await this.remove(below(path, name), true);
    }
    await this.calls.askPath(call, HostMessage.REMOVE_DIRECTORY);
  }
}

/** Throws all but a failure with this errno. */
function ignore(error: unknown, errno: string): void {
  if (!(error instanceof SandboxError) || error.errno !== errno) throw error;
}

function below(directory: GuestPath, name: Uint8Array): Uint8Array {
  return byteStringBytes(`${toByteString(directory)}/${toByteString(name)}`);
}

/** "/a", "/a/b" and "/a/b/c" of "/a/b/c". */
function parentsOf(path: GuestPath): Uint8Array[] {
  const parts = toByteString(path)
    .split("/")
    .filter((part) => part !== "");
  return parts.map((_, index) => byteStringBytes(`/${parts.slice(0, index + 1).join("/")}`));
}
