// SPDX-License-Identifier: MPL-2.0

import { execFileSync } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "@jest/globals";
import { FolderServer } from "./folder-server.ts";
import { FieldReader, FieldWriter, T } from "./wire.ts";

const ENOENT = 2;
const EBADF = 9;
const EINVAL = 22;
const EROFS = 30;
const ELOOP = 40;
const EOPNOTSUPP = 95;

let base: string;
let folder: string;

beforeEach(() => {
  base = mkdtempSync(join(tmpdir(), "aster-ninep-"));
  folder = join(base, "shared");
  mkdirSync(join(folder, "a/b"), { recursive: true });
  mkdirSync(join(base, "outside"));
  writeFileSync(join(base, "outside/secret"), "secret");
  writeFileSync(join(folder, "a/b/file"), "content");
});
afterEach(() => {
  rmSync(base, { recursive: true, force: true });
});

/** A server with the folder attached as fid 0. */
class Session {
  readonly server: FolderServer;

  constructor(readOnly: boolean) {
    this.server = new FolderServer(folder, { readOnly });
    this.ask(T.VERSION, (w) => w.u32(65_536).string("9P2000.L"));
    this.ask(T.ATTACH, (w) => w.u32(0).u32(0xffff_ffff).string("").string("").u32(0));
  }

  /** The reply's fields, or the number of the error. */
  ask(type: number, fields: (writer: FieldWriter) => void): FieldReader | number {
    const writer = new FieldWriter();
    fields(writer);
    const reply = this.server.serve(writer.finish(type, 1)).slice();
    const reader = new FieldReader(reply.subarray(7));
    if (reply[4] === T.LERROR + 1) return reader.u32();
    expect(reply[4]).toBe(type + 1);
    return reader;
  }

  walk(fid: number, target: number, ...names: string[]): FieldReader | number {
    return this.ask(T.WALK, (w) => {
      w.u32(fid).u32(target).u16(names.length);
      for (const name of names) w.string(name);
    });
  }

  open(fid: number, access: number): FieldReader | number {
    return this.ask(T.LOPEN, (w) => w.u32(fid).u32(access));
  }

  read(fid: number): string | number {
    const reply = this.ask(T.READ, (w) => w.u32(fid).u64(0).u32(100));
    return typeof reply === "number" ? reply : Buffer.from(reply.data(reply.u32())).toString();
  }
}

test("walks, opens and reads", () => {
  const session = new Session(true);
  session.walk(0, 1, "a", "b", "file");
  session.open(1, 0);
  expect(session.read(1)).toBe("content");
});

test.each(["..", ".", "", "a/b", "a\0b"])("no walk takes the name %j", (name) => {
  expect(new Session(false).walk(0, 1, name)).toBe(EINVAL);
});

test("no request with a name takes a path", () => {
  const session = new Session(false);
  const out = "../outside/new";
  expect(session.ask(T.MKDIR, (w) => w.u32(0).string(out).u32(0o755).u32(0))).toBe(EINVAL);
  expect(session.ask(T.SYMLINK, (w) => w.u32(0).string(out).string("x").u32(0))).toBe(EINVAL);
  expect(session.ask(T.UNLINKAT, (w) => w.u32(0).string("../outside/secret").u32(0))).toBe(EINVAL);
  expect(session.ask(T.LCREATE, (w) => w.u32(0).string(out).u32(2).u32(0o644).u32(0))).toBe(EINVAL);
  const rename = (w: FieldWriter): void => {
    w.u32(0).string("a").u32(0).string("../outside/a");
  };
  expect(session.ask(T.RENAMEAT, rename)).toBe(EINVAL);
  expect(readFileSync(join(base, "outside/secret"), "utf8")).toBe("secret");
  expect(existsSync(join(base, "outside/new"))).toBe(false);
});

test("a symbolic link is never followed, wherever it stands in a path", () => {
  const session = new Session(false);
  symlinkSync(join(base, "outside"), join(folder, "link"));
  symlinkSync(join(base, "outside/secret"), join(folder, "direct"));
  expect(session.walk(0, 1, "link")).not.toBe(ELOOP);
  expect(session.walk(1, 2, "secret")).toBe(ELOOP);
  session.walk(0, 3, "direct");
  expect(session.open(3, 0)).toBe(EOPNOTSUPP);
  expect(session.ask(T.READDIR, (w) => w.u32(1).u64(0).u32(1000))).toBe(ELOOP);
  const chmod = (w: FieldWriter): void => {
    w.u32(3).u32(1).u32(0o777).u32(0).u32(0).u64(0).u64(0).u64(0).u64(0).u64(0);
  };
  expect(session.ask(T.SETATTR, chmod)).toBe(ELOOP);
});

test("a folder that becomes a link under an old fid leads nowhere", () => {
  const session = new Session(false);
  session.walk(0, 1, "a", "b", "file");
  session.walk(0, 2, "a", "b");
  renameSync(join(folder, "a"), join(folder, "moved"));
  mkdirSync(join(base, "outside/b"));
  writeFileSync(join(base, "outside/b/file"), "secret");
  symlinkSync(join(base, "outside"), join(folder, "a"));
  expect(session.open(1, 0)).toBe(ELOOP);
  expect(session.walk(2, 3, "file")).toBe(ELOOP);
});

test("fids follow a rename by the guest", () => {
  const session = new Session(false);
  session.walk(0, 1, "a", "b", "file");
  const rename = (w: FieldWriter): void => {
    w.u32(0).string("a").u32(0).string("z");
  };
  expect(session.ask(T.RENAMEAT, rename)).toBeInstanceOf(FieldReader);
  session.open(1, 0);
  expect(session.read(1)).toBe("content");
});

test("FIFOs are neither opened nor waited for", () => {
  execFileSync("mkfifo", [join(folder, "fifo")]);
  const session = new Session(true);
  session.walk(0, 1, "fifo");
  expect(session.open(1, 0)).toBe(EOPNOTSUPP);
});

test("a read-only server refuses every change", () => {
  const session = new Session(true);
  session.walk(0, 1, "a", "b", "file");
  expect(session.open(1, 2)).toBe(EROFS);
  for (const type of [14, 16, 26, 70, 72, 74, 76, 118]) {
    expect(session.ask(type, (w) => w.u32(1))).toBe(EROFS);
  }
});

test("nonsense is an error, never an exception", () => {
  const session = new Session(false);
  expect(session.ask(T.READ, (w) => w.u32(77).u64(0).u32(1))).toBe(EBADF);
  expect(session.ask(T.WALK, (w) => w.u32(0))).toBe(EINVAL);
  expect(session.ask(200, () => {})).toBe(EOPNOTSUPP);
  expect(session.walk(0, 1, "none")).toBe(ENOENT);
  expect(session.server.serve(new Uint8Array(0))[4]).toBe(T.LERROR + 1);
  expect(session.ask(T.WALK, (w) => w.u32(0).u32(1).u16(1).u16(5000))).toBe(EINVAL);
});

test("long files read in parts, and more files than are kept open", () => {
  const session = new Session(true);
  for (let i = 0; i < 100; i++) writeFileSync(join(folder, `f${i}`), `file ${i}`);
  for (let i = 0; i < 100; i++) {
    session.walk(0, i + 1, `f${i}`);
    session.open(i + 1, 0);
  }
  for (let i = 0; i < 100; i++) expect(session.read(i + 1)).toBe(`file ${i}`);
});
