// SPDX-License-Identifier: MPL-2.0

import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { AT, O } from "../../abi/fcntl.ts";
import { TestKernel } from "../../testing/test-kernel.ts";
import type { TestThread } from "../../testing/test-kernel.ts";

let system: TestKernel;
let t: TestThread;

beforeEach(() => {
  system = new TestKernel();
  t = system.thread;
  t.call("mkdir", "/proc", 0o755);
  t.call("mount", "proc", "/proc", "proc", 0, 0);
});
afterEach(() => {
  system.leave();
});

describe("/proc", () => {
  test("lists each process, and self leads to the reader's", () => {
    const other = system.newThread();
    expect(t.list("/proc").filter((name) => /^\d/.test(name))).toEqual(["1", "2"]);
    expect(t.readlink("/proc/self")).toBe("1");
    expect(other.readlink("/proc/thread-self")).toBe("2/task/2");
    expect(t.contents("/proc/self/comm")).toBe("test1\n");
    expect(t.stat("/proc/77")).toBe("ENOENT");
  });

  test("stat has 52 fields, status the ids", () => {
    const stat = t.contents("/proc/1/stat");
    expect(stat).toMatch(/^1 \(test1\) R 0 1 1 /);
    expect(stat.trim().split(" ").length).toBe(52);
    expect(t.contents("/proc/1/status")).toContain("Uid:\t0\t0\t0\t0\n");
  });

  test("links of descriptors lead to the file, even when its name is gone", () => {
    const fd = t.open("/f", O.RDWR | O.CREAT);
    t.write(fd, "text");
    expect(t.readlink(`/proc/self/fd/${fd}`)).toBe("/f");
    t.call("unlink", "/f");
    expect(t.readlink(`/proc/self/fd/${fd}`)).toBe("/f (deleted)");
    expect(t.contents(`/proc/self/fd/${fd}`)).toBe("text");
    t.call("lseek", fd, 2, 0);
    expect(t.contents(`/proc/self/fdinfo/${fd}`)).toMatch(/^pos:\t2\nflags:\t0100002\n/);
    expect(t.list("/proc/self/fd")).toContain(String(fd));
  });

  test("other users' descriptors and environment are closed", () => {
    const other = system.newThread(10);
    t.open("/", O.DIRECTORY);
    expect(other.call("open", "/proc/1/fd", O.DIRECTORY)).toBe("EACCES");
    expect(other.call("open", "/proc/1/environ", 0)).toBe("EACCES");
    expect(other.readlink("/proc/1/cwd")).toBe("EACCES");
    expect(other.contents("/proc/1/comm")).toBe("test1\n");
    for (const name of ["maps", "smaps"]) {
      expect(other.call("open", `/proc/1/${name}`, 0)).toBe("EACCES");
    }
    expect(other.readlink("/proc/self/cwd")).toBe("/");
  });

  test("what a process keeps to itself is root's, and closed to its own user", () => {
    const shy = system.newThread(10);
    const other = system.newThread(10);
    const { pid } = shy.thread.process;
    expect(other.contents(`/proc/${pid}/maps`)).toBe("");
    shy.thread.process.dumpable = 0;
    expect(other.call("open", `/proc/${pid}/maps`, 0)).toBe("EACCES");
    expect(other.call("open", `/proc/${pid}/fd`, O.DIRECTORY)).toBe("EACCES");
    expect(other.stat(`/proc/${pid}`)).toMatchObject({ uid: 10 });
    expect(other.stat(`/proc/${pid}/status`)).toMatchObject({ uid: 0 });
    expect(shy.contents("/proc/self/maps")).toBe("");
  });

  test("only who has the right is killed later than was allowed before (oom_score_adj)", () => {
    t.put("/proc/self/oom_score_adj", "-500\n");
    expect(t.contents("/proc/self/oom_score_adj")).toBe("-500\n");
    const other = system.newThread(10);
    other.put("/proc/self/oom_score_adj", "300");
    other.put("/proc/self/oom_score_adj", "0");
    const fd = other.open("/proc/self/oom_score_adj", O.WRONLY);
    expect(other.call("write", fd, "-1", 2)).toBe("EACCES");
    expect(other.contents("/proc/self/oom_score_adj")).toBe("0\n");
  });

  test("a long file is read in parts of one rendering, and anew from its start", () => {
    const fd = t.open("/proc/sys/kernel/hostname", O.RDONLY);
    const first = t.read(fd, 3);
    t.put("/proc/sys/kernel/hostname", "changed\n");
    expect(first).toBe("(no");
    expect(t.read(fd, 64)).toBe("ne)\n");
    expect(t.pread(fd, 64, 0)).toBe("changed\n");
    expect(system.kernel.hostname).toBe("changed");
  });

  test("nothing is made or removed in it", () => {
    expect(t.call("mkdir", "/proc/x", 0o755)).toBe("ENOENT");
    expect(t.call("unlink", "/proc/uptime")).toBe("EPERM");
    expect(t.call("open", "/proc/x", O.CREAT | O.WRONLY, 0o644)).toBe("ENOENT");
    expect(t.call("rmdir", "/proc/1")).toBe("EPERM");
  });

  test("files keep their inode numbers from one look to the next", () => {
    const ino = (path: string): number => {
      const stat = t.stat(path);
      return typeof stat === "string" ? -1 : stat.ino;
    };
    for (const path of ["/proc/1", "/proc/1/stat", "/proc/1/fd", "/proc/1/task/1"]) {
      expect(ino(path)).toBe(ino(path));
      expect(ino(path)).toBeGreaterThan(0);
    }
    expect(ino("/proc/1")).not.toBe(ino("/proc/1/task/1"));
    expect(t.call("newfstatat", -100, "/proc/self", t.room(144), AT.SYMLINK_NOFOLLOW)).toBe(0);
  });

  test("namespaces have Linux's numbers; security attributes can not be read", () => {
    expect(t.readlink("/proc/self/ns/mnt")).toBe("mnt:[4026531832]");
    expect(t.readlink("/proc/1/ns/pid_for_children")).toBe("pid:[4026531836]");
    const stat = t.stat("/proc/1/attr/current");
    expect(typeof stat === "string" ? stat : stat.mode).toBe(0o100666);
    expect(() => t.contents("/proc/1/attr/current")).toThrow("EINVAL");
  });

  test("every file can be read", () => {
    const visit = (directory: string): number => {
      let files = 0;
      for (const name of t.list(directory)) {
        const path = `${directory}/${name}`;
        const stat = t.stat(path);
        // Without a security module there is nothing to say; some are only written, or hold all memory.
        const leftOut = [".", "..", "attr", "clear_refs", "drop_caches", "mem", "pagemap"];
        if (leftOut.includes(name) || typeof stat === "string") {
          continue;
        }
        if ((stat.mode & 0o170000) === 0o040000) {
          files += visit(path);
        } else if ((stat.mode & 0o170000) === 0o100000) {
          t.contents(path);
          files++;
        } else {
          t.readlink(path);
        }
      }
      return files;
    };
    expect(visit("/proc")).toBeGreaterThan(50);
  });
});
