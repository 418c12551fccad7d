// SPDX-License-Identifier: MPL-2.0

import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { AT, O, SEEK } from "../src/abi/fcntl.ts";
import { S } from "../src/abi/stat.ts";
import { TestKernel, TestStat } from "../src/testing/test-kernel.ts";
import type { TestThread } from "../src/testing/test-kernel.ts";
import { CONTRACT_SUBJECTS } from "./contract-subjects.ts";
import { removeFolders } from "./host-folders.ts";
import type { ContractSubject, Feature } from "./contract-subjects.ts";

/*
 * What every writable file system of the kernel must do, told by system calls. Linux on tmpfs
 * behaves so; where a man page says it, the test names it.
 */
for (const subject of CONTRACT_SUBJECTS) {
  describe(subject.name, () => {
    describeAll(subject);
  });
}

function describeAll(subject: ContractSubject): void {
  let system: TestKernel;
  let t: TestThread;
  let root: string;

  beforeEach(() => {
    system = new TestKernel();
    t = system.thread;
    root = subject.mount(system);
    t.call("chdir", root);
  });
  afterEach(() => {
    system.leave();
    removeFolders();
  });

  function statOf(path: string): TestStat {
    const stat = t.stat(path);
    if (!(stat instanceof TestStat)) {
      throw new Error(`stat ${path}: ${stat}`);
    }
    return stat;
  }

  /** A test of what not every file system has. */
  function testOf(feature: Feature, name: string, body: () => void): void {
    if (subject.lacks?.includes(feature) !== true) test(name, body);
  }

  describe("data", () => {
    test("what is written is read back, at any offset and across pages", () => {
      const text = "0123456789".repeat(1000);
      t.put("f", text);
      expect(t.contents("f")).toBe(text);
      const fd = t.open("f", O.RDWR);
      expect(t.pread(fd, 20, 4090)).toBe(text.slice(4090, 4110));
      expect(t.call("pwrite64", fd, t.text("XYZ"), 3, 4095)).toBe(3);
      expect(t.pread(fd, 7, 4093)).toBe(`${text.slice(4093, 4095)}XYZ${text.slice(4098, 4100)}`);
      expect(statOf("f").size).toBe(10_000);
    });

    testOf("holes", "a hole reads as zeros and holds no blocks", () => {
      const fd = t.open("f", O.RDWR | O.CREAT);
      expect(t.call("lseek", fd, 1_000_000, SEEK.SET)).toBe(1_000_000);
      expect(t.write(fd, "end")).toBe(3);
      expect(t.fstat(fd).size).toBe(1_000_003);
      expect(t.fstat(fd).blocks).toBe(subject.sparseSectors);
      expect(t.pread(fd, 4, 999_998)).toBe("\0\0en");
      const unit = subject.unitBytes;
      expect(t.call("lseek", fd, 0, SEEK.DATA)).toBe(1_000_000 - (1_000_000 % unit));
      expect(t.call("lseek", fd, 0, SEEK.HOLE)).toBe(0);
      expect(t.call("lseek", fd, 1_000_003, SEEK.DATA)).toBe("ENXIO");
    });

    test("truncation cuts, and growth shows zeros where old bytes were", () => {
      t.put("f", "abcdefgh");
      expect(t.call("truncate", "f", 3)).toBe(0);
      expect(t.call("truncate", "f", 6)).toBe(0);
      expect(t.contents("f")).toBe("abc\0\0\0");
      expect(t.call("truncate", "f", -1)).toBe("EINVAL");
      const fd = t.open("f", O.RDONLY);
      expect(t.call("ftruncate", fd, 0)).toBe("EINVAL");
    });

    test("O_APPEND writes at the end, O_TRUNC empties", () => {
      t.put("f", "one");
      const fd = t.open("f", O.WRONLY | O.APPEND);
      t.call("lseek", fd, 0, SEEK.SET);
      t.write(fd, "two");
      expect(t.contents("f")).toBe("onetwo");
      t.open("f", O.WRONLY | O.TRUNC);
      expect(statOf("f").size).toBe(0);
    });

    test("a file without a name lives until its last descriptor is closed", () => {
      const before = system.framesUsed;
      t.put("f", "x".repeat(50_000));
      const fd = t.open("f", O.RDONLY);
      expect(t.call("unlink", "f")).toBe(0);
      expect(t.fstat(fd).nlink).toBe(0);
      expect(t.read(fd, 4)).toBe("xxxx");
      expect(system.framesUsed).toBeGreaterThan(before);
      t.call("close", fd);
      expect(system.framesUsed).toBe(before);
    });

    test("bad buffers are EFAULT and change nothing", () => {
      const fd = t.open("f", O.RDWR | O.CREAT);
      expect(t.call("write", fd, 0x7000_0000, 10)).toBe("EFAULT");
      expect(t.fstat(fd).size).toBe(0);
      t.write(fd, "abc");
      expect(t.call("pread64", fd, 0x7000_0000, 3, 0)).toBe("EFAULT");
    });

    test("fallocate allocates, and punches holes", () => {
      const fd = t.open("f", O.RDWR | O.CREAT);
      expect(t.call("fallocate", fd, 0, 0, 10_000)).toBe(0);
      expect(t.fstat(fd).size).toBe(10_000);
      const unit = subject.unitBytes;
      const sectors = (Math.ceil(10_000 / unit) * unit) / 512;
      expect(t.fstat(fd).blocks).toBe(sectors);
      t.call("pwrite64", fd, t.bytes(new Uint8Array(10_000).fill(65)), 10_000, 0);
      expect(t.call("fallocate", fd, 3, 100, 8092)).toBe(0);
      expect(t.pread(fd, 4, 98)).toBe("AA\0\0");
      expect(t.pread(fd, 4, 8190)).toBe("\0\0AA");
      expect(t.fstat(fd).blocks).toBe(sectors - 8);
    });
  });

  describe("names", () => {
    test("directories count their subdirectories in nlink", () => {
      expect(t.call("mkdir", "d", 0o755)).toBe(0);
      expect(statOf("d").nlink).toBe(2);
      t.call("mkdir", "d/a", 0o755);
      t.call("mkdir", "d/b", 0o755);
      expect(statOf("d").nlink).toBe(4);
      t.call("rmdir", "d/a");
      expect(statOf("d").nlink).toBe(3);
      expect(t.call("rmdir", "d")).toBe("ENOTEMPTY");
      expect(t.call("mkdir", "d", 0o755)).toBe("EEXIST");
      expect(t.call("mkdir", "x/y", 0o755)).toBe("ENOENT");
    });

    test("names have at most 255 bytes, path names 4095", () => {
      expect(t.call("mkdir", "n".repeat(255), 0o755)).toBe(0);
      expect(t.call("mkdir", "n".repeat(256), 0o755)).toBe("ENAMETOOLONG");
      expect(t.call("mkdir", `./${"./".repeat(2048)}x`, 0o755)).toBe("ENAMETOOLONG");
    });

    test("a slash behind the name of a file is ENOTDIR", () => {
      t.put("f", "");
      expect(t.stat("f/")).toBe("ENOTDIR");
      expect(t.stat("f/x")).toBe("ENOTDIR");
      expect(t.call("open", "new/", O.CREAT | O.WRONLY, 0o644)).toBe("EISDIR");
      expect(t.call("mkdir", "d///", 0o755)).toBe(0);
      expect(statOf("d/").mode & S.IFMT).toBe(S.IFDIR);
    });

    test("hard links share the file", () => {
      t.put("a", "text");
      expect(t.call("link", "a", "b")).toBe(0);
      expect(statOf("a").nlink).toBe(2);
      expect(statOf("a").ino).toBe(statOf("b").ino);
      t.call("unlink", "a");
      expect(t.contents("b")).toBe("text");
      expect(statOf("b").nlink).toBe(1);
      t.call("mkdir", "d", 0o755);
      expect(t.call("link", "d", "e")).toBe("EPERM");
      expect(t.call("link", "b", "d")).toBe("EEXIST");
    });

    test("symbolic links are followed, and 40 of them are enough", () => {
      t.put("f", "text");
      expect(t.call("symlink", "f", "l0")).toBe(0);
      expect(t.readlink("l0")).toBe("f");
      expect(statOf("l0").size).toBe(1);
      for (let i = 1; i <= 40; i++) {
        t.call("symlink", `l${i - 1}`, `l${i}`);
      }
      expect(t.contents("l39")).toBe("text");
      expect(t.call("open", "l40", 0)).toBe("ELOOP");
      t.call("symlink", "loop", "loop");
      expect(t.call("open", "loop", 0)).toBe("ELOOP");
      expect(t.call("open", "l0", O.NOFOLLOW)).toBe("ELOOP");
      expect(t.call("readlink", "f", t.room(8), 8)).toBe("EINVAL");
    });

    test("creation goes through a dangling link, O_EXCL does not", () => {
      t.call("symlink", "target", "link");
      expect(t.call("open", "link", O.CREAT | O.EXCL | O.WRONLY, 0o644)).toBe("EEXIST");
      t.put("link", "made");
      expect(t.contents("target")).toBe("made");
    });

    test("unlink and rmdir keep to their types", () => {
      t.put("f", "");
      t.call("mkdir", "d", 0o755);
      expect(t.call("unlink", "d")).toBe("EISDIR");
      expect(t.call("rmdir", "f")).toBe("ENOTDIR");
      expect(t.call("unlink", "nothing")).toBe("ENOENT");
      expect(t.call("rmdir", "d/.")).toBe("EINVAL");
      expect(t.call("rmdir", "d/..")).toBe("ENOTEMPTY");
      expect(t.call("unlinkat", -100, "d", AT.REMOVEDIR)).toBe(0);
    });

    test("nothing is made in a directory that was removed", () => {
      t.call("mkdir", "d", 0o755);
      const fd = t.open("d", O.DIRECTORY);
      t.call("rmdir", "d");
      expect(t.call("openat", fd, "x", O.CREAT | O.WRONLY, 0o644)).toBe("ENOENT");
      expect(t.call("mkdirat", fd, "x", 0o755)).toBe("ENOENT");
      expect(t.fstat(fd).nlink).toBe(0);
    });
  });

  describe("rename", () => {
    test("takes the place of a file, and of an empty directory", () => {
      t.put("a", "A");
      t.put("b", "B");
      expect(t.call("rename", "a", "b")).toBe(0);
      expect(t.contents("b")).toBe("A");
      expect(t.stat("a")).toBe("ENOENT");
      t.call("mkdir", "d", 0o755);
      t.call("mkdir", "e", 0o755);
      expect(t.call("rename", "d", "e")).toBe(0);
      t.put("e/x", "");
      t.call("mkdir", "g", 0o755);
      expect(t.call("rename", "g", "e")).toBe("ENOTEMPTY");
      expect(t.call("rename", "b", "e")).toBe("EISDIR");
      expect(t.call("rename", "e", "b")).toBe("ENOTDIR");
    });

    test("a directory does not go into itself", () => {
      t.call("mkdir", "d", 0o755);
      t.call("mkdir", "d/e", 0o755);
      expect(t.call("rename", "d", "d/e/f")).toBe("EINVAL");
      expect(t.call("rename", "d/e", "d")).toBe("ENOTEMPTY");
    });

    test("two names of one file stay", () => {
      t.put("a", "");
      t.call("link", "a", "b");
      expect(t.call("rename", "a", "b")).toBe(0);
      expect(statOf("a").nlink).toBe(2);
    });

    test("moves a directory with its parent's link counts and its ..", () => {
      t.call("mkdir", "p", 0o755);
      t.call("mkdir", "q", 0o755);
      t.call("mkdir", "p/d", 0o755);
      expect(t.call("rename", "p/d", "q/d")).toBe(0);
      expect([statOf("p").nlink, statOf("q").nlink]).toEqual([2, 3]);
      expect(statOf("q/d/..").ino).toBe(statOf("q").ino);
      t.call("chdir", "q/d");
      t.call("rename", `${root}/q`, `${root}/r`);
      const buffer = t.room(256);
      const length = t.call("getcwd", buffer, 256);
      expect(length).toBe(`${root}/r/d`.length + 1);
    });

    testOf("exchange", "RENAME_NOREPLACE and RENAME_EXCHANGE", () => {
      t.put("a", "A");
      t.call("mkdir", "d", 0o755);
      expect(t.call("renameat2", -100, "a", -100, "d", 1)).toBe("EEXIST");
      expect(t.call("renameat2", -100, "a", -100, "none", 2)).toBe("ENOENT");
      expect(t.call("renameat2", -100, "a", -100, "d", 2)).toBe(0);
      expect(t.contents("d")).toBe("A");
      expect(statOf("a").mode & S.IFMT).toBe(S.IFDIR);
      expect(t.call("renameat2", -100, "a", -100, "d", 3)).toBe("EINVAL");
    });
  });

  describe("directories", () => {
    test("list every name once, with small buffers too", () => {
      t.call("mkdir", "d", 0o755);
      const names = Array.from({ length: 100 }, (_, i) => `file-${i}`);
      for (const file of names) {
        t.put(`d/${file}`, "");
      }
      expect(t.list("d").toSorted()).toEqual([".", "..", ...names].toSorted());
      expect(t.list("d", 64).toSorted()).toEqual([".", "..", ...names].toSorted());
    });

    test("positions stay true while entries go", () => {
      t.call("mkdir", "d", 0o755);
      for (let i = 0; i < 50; i++) {
        t.put(`d/${i}`, "");
      }
      const fd = t.open("d", O.DIRECTORY);
      const seen = new Set<string>();
      for (;;) {
        const entries = t.entries(fd, 128);
        if (entries.length === 0) {
          break;
        }
        for (const { name: entry } of entries) {
          seen.add(entry);
          if (entry !== "." && entry !== "..") {
            expect(t.call("unlink", `d/${entry}`)).toBe(0);
          }
        }
      }
      expect(seen.size).toBe(52);
      expect(t.call("rmdir", "d")).toBe(0);
    });

    test("a buffer too small for one entry is EINVAL", () => {
      t.call("mkdir", "d", 0o755);
      const fd = t.open("d", O.DIRECTORY);
      expect(t.call("getdents64", fd, t.room(16), 16)).toBe("EINVAL");
      expect(t.call("read", fd, t.room(16), 16)).toBe("EISDIR");
    });
  });

  describe("attributes", () => {
    test("mode, owner and times are kept", () => {
      t.put("f", "");
      expect(t.call("chmod", "f", 0o4751)).toBe(0);
      expect(statOf("f").mode).toBe(S.IFREG | 0o4751);
      expect(t.call("chown", "f", 5, 6)).toBe(0);
      // chown(2): the set-user-ID bit goes.
      expect(statOf("f").mode).toBe(S.IFREG | 0o751);
      expect([statOf("f").uid, statOf("f").gid]).toEqual([5, 6]);
      expect(t.call("chown", "f", 0xffff_ffff, 0xffff_ffff)).toBe(0);
      expect(statOf("f").uid).toBe(5);
      const times = new DataView(new ArrayBuffer(32));
      times.setBigInt64(0, 1_000_000_001n, true);
      times.setBigInt64(16, -5n, true);
      times.setBigInt64(24, 123_456_789n, true);
      const address = t.bytes(new Uint8Array(times.buffer));
      expect(t.call("utimensat", -100, "f", address, 0)).toBe(0);
      const stat = statOf("f");
      expect([stat.atime, stat.mtime, stat.mtimeNs]).toEqual([1_000_000_001, -5, 123_456_789]);
    });

    test("what changes a file changes its times", () => {
      t.put("f", "");
      const made = statOf("f").ctime;
      system.advance(5e9);
      t.put("f", "more");
      expect(statOf("f").mtime).toBe(made + 5);
      system.advance(5e9);
      t.call("chmod", "f", 0o600);
      expect([statOf("f").mtime, statOf("f").ctime]).toEqual([made + 5, made + 10]);
      system.advance(5e9);
      t.put("other", "");
      expect(statOf(".").mtime).toBe(made + 15);
    });

    test("the umask takes permissions away", () => {
      expect(t.call("umask", 0o027)).toBe(0o022);
      t.put("f", "", 0o666);
      t.call("mkdir", "d", 0o777);
      expect(statOf("f").mode & 0o777).toBe(0o640);
      expect(statOf("d").mode & 0o777).toBe(0o750);
    });

    test("a set-group-ID directory gives its group on", () => {
      t.call("mkdir", "d", 0o755);
      t.call("chown", "d", 0, 50);
      t.call("chmod", "d", 0o2755);
      t.put("d/f", "");
      t.call("mkdir", "d/e", 0o755);
      expect(statOf("d/f").gid).toBe(50);
      expect(statOf("d/e").mode).toBe(S.IFDIR | 0o2755);
    });
  });

  describe("permissions", () => {
    test("owner, group and others have bits of their own", () => {
      t.put("f", "secret", 0o640);
      t.call("chown", "f", 10, 20);
      const owner = system.newThread(10, 99);
      const member = system.newThread(11, 20);
      const other = system.newThread(12, 30);
      const path = `${root}/f`;
      expect(typeof owner.call("open", path, O.RDWR)).toBe("number");
      expect(typeof member.call("open", path, O.RDONLY)).toBe("number");
      expect(member.call("open", path, O.WRONLY)).toBe("EACCES");
      expect(other.call("open", path, O.RDONLY)).toBe("EACCES");
      expect(other.call("chmod", path, 0o777)).toBe("EPERM");
      expect(owner.call("chown", path, 11, 20)).toBe("EPERM");
      expect(other.call("access", path, 4)).toBe("EACCES");
      expect(other.call("access", path, 0)).toBe(0);
    });

    test("a directory is searched and changed by permission", () => {
      t.call("mkdir", "d", 0o700);
      t.put("d/f", "");
      const other = system.newThread(12);
      expect(other.call("open", `${root}/d/f`, 0)).toBe("EACCES");
      t.call("chmod", "d", 0o711);
      expect(typeof other.call("open", `${root}/d/f`, 0)).toBe("number");
      expect(other.call("unlink", `${root}/d/f`)).toBe("EACCES");
      expect(other.call("open", `${root}/d/new`, O.CREAT | O.WRONLY, 0o644)).toBe("EACCES");
    });

    test("the sticky bit protects names from other users", () => {
      t.call("mkdir", "tmp", 0o755);
      t.call("chmod", "tmp", 0o1777);
      const a = system.newThread(10);
      const b = system.newThread(11);
      a.put(`${root}/tmp/f`, "");
      expect(b.call("unlink", `${root}/tmp/f`)).toBe("EPERM");
      expect(b.call("rename", `${root}/tmp/f`, `${root}/tmp/g`)).toBe("EPERM");
      expect(a.call("unlink", `${root}/tmp/f`)).toBe(0);
    });

    test("root reads all, but executes only what somebody may", () => {
      t.put("f", "", 0o000);
      expect(typeof t.call("open", "f", O.RDWR)).toBe("number");
      expect(t.call("access", "f", 1)).toBe("EACCES");
      t.call("chmod", "f", 0o001);
      expect(t.call("access", "f", 1)).toBe(0);
    });
  });

  describe("extended attributes", () => {
    test("are set, read, listed and removed", () => {
      t.put("f", "");
      expect(t.call("setxattr", "f", "user.a", t.text("value"), 5, 0)).toBe(0);
      expect(t.call("setxattr", "f", "user.a", t.text("value"), 5, 1)).toBe("EEXIST");
      expect(t.call("setxattr", "f", "user.b", t.text("value"), 5, 2)).toBe("ENODATA");
      expect(t.call("getxattr", "f", "user.a", 0, 0)).toBe(5);
      expect(t.call("getxattr", "f", "user.a", t.room(4), 4)).toBe("ERANGE");
      expect(t.call("getxattr", "f", "user.none", t.room(4), 4)).toBe("ENODATA");
      expect(t.call("getxattr", "f", "odd.name", t.room(4), 4)).toBe("EOPNOTSUPP");
      expect(t.call("listxattr", "f", t.room(64), 64)).toBe(7);
      expect(t.call("removexattr", "f", "user.a")).toBe(0);
      expect(t.call("listxattr", "f", t.room(64), 64)).toBe(0);
    });

    test("capabilities go when the data changes, and only then", () => {
      const name = "security.capability";
      const value = t.text("\x01\0\0\x02\x20" + "\0".repeat(15));
      const size = (): string | number => t.call("getxattr", "f", name, 0, 0);
      t.put("f", "data", 0o755);
      expect(t.call("setxattr", "f", name, value, 19, 0)).toBe("EINVAL");
      const changes: readonly (() => unknown)[] = [
        (): unknown => t.call("truncate", "f", 4),
        (): unknown => t.write(t.open("f", O.WRONLY), "x"),
        (): unknown => t.open("f", O.WRONLY | O.TRUNC),
        (): unknown => t.call("chown", "f", 0, 0),
      ];
      for (const change of changes) {
        expect(t.call("setxattr", "f", name, value, 20, 0)).toBe(0);
        t.call("chmod", "f", 0o700);
        expect(t.contents("f")).toMatch(/^(data|xata|)$/);
        expect(size()).toBe(20);
        change();
        expect(size()).toBe("ENODATA");
      }
    });
  });

  /** ioctl_iflags(2). */
  describe("flags", () => {
    const [GET, SET, IMMUTABLE, APPEND, NODUMP] = [0x8008_6601, 0x4008_6602, 0x10, 0x20, 0x40];

    function setFlags(path: string, flags: number): string | number {
      const fd = t.open(path, O.RDONLY);
      const address = t.room(8);
      t.thread.memory.writeU32(address, flags);
      const result = t.call("ioctl", fd, SET, address);
      t.call("close", fd);
      return result;
    }
    function flagsOf(path: string): string | number {
      const fd = t.open(path, O.RDONLY);
      const address = t.room(8);
      const result = t.call("ioctl", fd, GET, address);
      t.call("close", fd);
      return result === 0 ? t.view(address, 4).getUint32(0, true) : result;
    }

    test("are told, or there are none", () => {
      t.put("f", "x");
      const none = subject.lacks?.includes("flags") === true ? "ENOTTY" : 0;
      expect(flagsOf("f")).toBe(none);
      expect(setFlags("f", NODUMP)).toBe(none);
    });

    testOf("flags", "protect files from changes and removal", () => {
      t.put("f", "x");
      expect(setFlags("f", IMMUTABLE)).toBe(0);
      expect(t.call("open", "f", O.WRONLY)).toBe("EPERM");
      expect(t.call("truncate", "f", 0)).toBe("EPERM");
      expect(t.call("chmod", "f", 0o600)).toBe("EPERM");
      expect(t.call("link", "f", "g")).toBe("EPERM");
      expect(t.call("rename", "f", "g")).toBe("EPERM");
      expect(t.call("unlink", "f")).toBe("EPERM");
      expect(setFlags("f", APPEND)).toBe(0);
      expect(t.call("open", "f", O.WRONLY)).toBe("EPERM");
      const fd = t.open("f", O.WRONLY | O.APPEND);
      expect(t.write(fd, "y")).toBe(1);
      expect(t.contents("f")).toBe("xy");
      expect(t.call("unlink", "f")).toBe("EPERM");
      expect(setFlags("f", 0)).toBe(0);
      expect(t.call("unlink", "f")).toBe(0);
    });

    testOf("flags", "protect the names in directories, and are inherited", () => {
      t.call("mkdir", "d", 0o755);
      expect(setFlags("d", APPEND | NODUMP)).toBe(0);
      t.put("d/f", "x");
      expect(flagsOf("d/f")).toBe(NODUMP);
      expect(t.call("unlink", "d/f")).toBe("EPERM");
      expect(setFlags("d", IMMUTABLE)).toBe(0);
      expect(t.call("mkdir", "d/e", 0o755)).toBe("EPERM");
      expect(setFlags("d", 0)).toBe(0);
      expect(t.call("unlink", "d/f")).toBe(0);
    });
  });

  describe("special files", () => {
    testOf("special files", "device nodes keep their numbers", () => {
      expect(t.call("mknod", "null", S.IFCHR | 0o666, 0x103)).toBe(0);
      expect(statOf("null").rdev).toBe(0x103);
      const fd = t.open("null", O.RDWR);
      expect(t.write(fd, "gone")).toBe(4);
      expect(t.read(fd, 4)).toBe("");
      expect(t.call("mknod", "d", S.IFDIR | 0o755, 0)).toBe("EPERM");
      const other = system.newThread(10);
      expect(other.call("mknod", `${root}/x`, S.IFCHR, 0x103)).toBe("EACCES");
      expect(t.call("chmod", root, 0o777)).toBe(0);
      expect(other.call("mknod", `${root}/x`, S.IFCHR, 0x103)).toBe("EPERM");
    });

    testOf("unnamed files", "O_TMPFILE makes a file that linkat can name", () => {
      const fd = t.open(".", O.TMPFILE | O.RDWR, 0o600);
      t.write(fd, "hidden");
      expect(t.fstat(fd).nlink).toBe(0);
      expect(t.list(".")).toEqual([".", ".."]);
      expect(t.call("linkat", fd, "", -100, "named", AT.EMPTY_PATH)).toBe(0);
      expect(t.contents("named")).toBe("hidden");
    });
  });
}
