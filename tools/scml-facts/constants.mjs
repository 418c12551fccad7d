// SPDX-License-Identifier: MPL-2.0

// Names and values of constants, from the C headers of this machine.

import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const HEADERS = `
fcntl.h sys/socket.h sys/mman.h sys/stat.h sys/wait.h sys/mount.h sys/epoll.h sys/eventfd.h
sys/inotify.h sys/timerfd.h sys/signalfd.h sys/prctl.h sys/ptrace.h sys/resource.h sys/sem.h
sys/shm.h sys/msg.h sys/random.h sys/reboot.h sys/syscall.h sys/un.h sys/xattr.h sys/ioctl.h
poll.h sched.h signal.h time.h unistd.h netinet/in.h netinet/tcp.h netinet/udp.h
linux/futex.h linux/capability.h linux/fs.h linux/fb.h linux/input.h linux/kd.h linux/vt.h
linux/sched.h linux/sched/types.h linux/netlink.h linux/rtnetlink.h linux/memfd.h linux/ioprio.h
linux/fadvise.h linux/falloc.h linux/mount.h linux/openat2.h linux/seccomp.h linux/kcmp.h
linux/bpf.h linux/io_uring.h linux/fanotify.h linux/userfaultfd.h linux/rseq.h linux/membarrier.h
linux/vm_sockets.h linux/if_packet.h linux/if_ether.h linux/keyctl.h linux/landlock.h
linux/mempolicy.h linux/perf_event.h linux/quota.h linux/reboot.h linux/seccomp.h linux/wait.h
linux/if_addr.h linux/errqueue.h linux/sockios.h linux/personality.h linux/pidfd.h linux/close_range.h
asm/prctl.h asm/ioctls.h
`
  .trim()
  .split(/\s+/);

/** Every constant of the headers whose name passes `wanted`, as a map of name → BigInt. */
export function headerConstants(wanted) {
  const dir = mkdtempSync(join(tmpdir(), "scml-constants-"));
  try {
    const headers = HEADERS.filter((name) =>
      [`/usr/include/${name}`, `/usr/include/x86_64-linux-gnu/${name}`].some((path) =>
        existsSync(path),
      ),
    );
    // A header that does not go with the others is left out.
    const usable = [];
    const includes = (list) =>
      `#define _GNU_SOURCE\n${list.map((name) => `#include <${name}>\n`).join("")}`;
    for (const name of headers) {
      if (preprocesses(dir, includes([...usable, name]))) usable.push(name);
    }
    const text = includes(usable);
    writeFileSync(join(dir, "names.c"), text);
    const macros = execFileSync("gcc", ["-E", "-dM", "names.c"], { cwd: dir, encoding: "latin1" });
    const names = new Set();
    for (const [, name, value] of macros.matchAll(/^#define ([A-Z_][A-Z0-9_]*) (.+)$/gm)) {
      if (wanted(name) && /[0-9A-Z]/.test(value)) names.add(name);
    }
    // Enumerations are no macros; the names in capitals of the preprocessed text are tried too.
    const plain = execFileSync("gcc", ["-E", "-P", "names.c"], {
      cwd: dir,
      encoding: "latin1",
      maxBuffer: 1 << 28,
    });
    for (const [block] of plain.matchAll(/\benum\b[^{};]*\{[^}]*\}/g)) {
      for (const [name] of block.matchAll(/\b[A-Z_][A-Z0-9_]{2,}\b/g))
        if (wanted(name)) names.add(name);
    }
    return valuesOf(dir, text, [...names]);
  } finally {
    rmSync(dir, { recursive: true });
  }
}

function preprocesses(dir, text) {
  writeFileSync(join(dir, "try.c"), text);
  try {
    execFileSync("gcc", ["-fsyntax-only", "try.c"], { cwd: dir, stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}

/** Compiles a program that prints the constants; a name the compiler refuses is left out. */
function valuesOf(dir, includes, names) {
  let left = names;
  for (let attempt = 0; attempt < 8; attempt += 1) {
    const lines = left.map((name) => `P(${name})`);
    const head = `${includes}#include <stdio.h>\n#define P(x) printf("%s %llu\\n", #x, (unsigned long long)(x));\nint main(void) {\n`;
    writeFileSync(join(dir, "values.c"), `${head}${lines.join("\n")}\n}\n`);
    const first = head.split("\n").length;
    try {
      execFileSync("gcc", ["-w", "-fmax-errors=0", "-o", "values", "values.c"], {
        cwd: dir,
        encoding: "utf8",
        maxBuffer: 1 << 28,
        stdio: ["ignore", "pipe", "pipe"],
      });
      const out = execFileSync("./values", { cwd: dir, encoding: "utf8", maxBuffer: 1 << 26 });
      return new Map(
        out
          .trim()
          .split("\n")
          .map((line) => {
            const [, name, value] = /^(\w+) (\d+)$/.exec(line) ?? [];
            return [name, BigInt(value ?? 0)];
          }),
      );
    } catch (error) {
      const bad = new Set();
      for (const [, line] of String(error.stderr).matchAll(/values\.c:(\d+):/g))
        bad.add(Number(line) - first);
      if (bad.size === 0) throw error;
      left = left.filter((_, index) => !bad.has(index));
    }
  }
  throw new Error("the constants do not compile");
}
