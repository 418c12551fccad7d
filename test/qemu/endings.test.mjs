// SPDX-License-Identifier: MPL-2.0
//
// However `osdk run` in QEMU ends: a code of its own, no process and no file left behind.

import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { existsSync, mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, describe, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";

const ROOT = join(dirname(fileURLToPath(import.meta.url)), "../..");
const OSDK = join(ROOT, "packages/osdk/bin/aster-osdk.js");
const TIMEOUT_SECONDS = "240";

const missing = ["qemu-system-x86_64", "gcc", "musl-gcc", "setpriv"].filter((program) => {
  try {
    execFileSync("sh", ["-c", `command -v ${program}`], { stdio: "ignore" });
    return false;
  } catch {
    return true;
  }
});
const skip = missing.length > 0 ? `${missing.join(", ")} not installed` : false;

/** Sockets and the initramfs of a run are here. */
const temporary = mkdtempSync(join(tmpdir(), "osdk-endings-"));
after(() => rmSync(temporary, { recursive: true, force: true }));

/** The children of a process whose program's name begins so. @param {number} parent @param {string} name */
function childrenOf(parent, name) {
  return readdirSync("/proc")
    .filter((pid) => /^\d+$/.test(pid))
    .filter((pid) => {
      try {
        const [, comm = "", ppid] =
          /\((.*)\) \S (\d+)/.exec(readFileSync(`/proc/${pid}/stat`, "latin1")) ?? [];
        return Number(ppid) === parent && comm.startsWith(name);
      } catch {
        return false;
      }
    })
    .map(Number);
}

/** @param {number} pid */
async function isGone(pid) {
  for (let tries = 0; tries < 100 && existsSync(`/proc/${pid}`); tries++) await sleep(100);
  return !existsSync(`/proc/${pid}`);
}

/** Starts a command in a guest. @param {readonly string[]} command */
function start(command) {
  const args = [OSDK, "run", "--boot-method", "qemu-direct", "--timeout", TIMEOUT_SECONDS];
  const child = spawn(process.execPath, [...args, "--", ...command], {
    cwd: ROOT,
    env: { ...process.env, TMPDIR: temporary },
  });
  const output = { stdout: /** @type {Buffer[]} */ ([]), stderr: "" };
  child.stdout.on("data", (bytes) => output.stdout.push(bytes));
  child.stderr.on("data", (bytes) => (output.stderr += bytes));
  const ended = new Promise((resolve) =>
    child.on("close", (code, signal) => resolve(code ?? signal)),
  );
  return { child, output, ended };
}

/** Starts a command that says that it is up and then stays; QEMU's process. */
async function startStaying() {
  const run = start(["sh", "-c", "echo up; exec sleep 1000"]);
  await new Promise((resolve, reject) => {
    run.child.stdout.once("data", resolve);
    void run.ended.then(() => reject(new Error(`ended: ${run.output.stderr}`)));
  });
  const [qemu = 0] = childrenOf(run.child.pid ?? 0, "qemu");
  assert.notEqual(qemu, 0);
  return { ...run, qemu };
}

/** How many processes work in a folder or below it. @param {string} folder */
function workersIn(folder) {
  return readdirSync("/proc").filter((pid) => {
    try {
      return /^\d+$/.test(pid) && readlinkSync(`/proc/${pid}/cwd`).startsWith(`${folder}/`);
    } catch {
      return false;
    }
  }).length;
}

test("a build that is interrupted leaves no compiler", { skip }, async () => {
  const cache = mkdtempSync(join(tmpdir(), "osdk-cache-"));
  try {
    const child = spawn(process.execPath, [OSDK, "run", "--boot-method", "qemu-direct"], {
      // Outside of any project, so that nothing is built already.
      cwd: cache,
      env: { ...process.env, XDG_CACHE_HOME: cache },
      stdio: ["ignore", "ignore", "pipe"],
    });
    let stderr = "";
    child.stderr.on("data", (bytes) => (stderr += bytes));
    const ended = new Promise((resolve) => child.on("close", resolve));
    // gcc, and the compiler proper that it starts.
    while (child.exitCode === null && workersIn(cache) < 2) await sleep(50);
    child.kill("SIGINT");
    assert.equal(await ended, 125);
    assert.match(stderr, /interrupted/);
    for (let tries = 0; tries < 20 && workersIn(cache) > 0; tries++) await sleep(100);
    assert.equal(workersIn(cache), 0);
    const left = readdirSync(join(cache, "aster"), { recursive: true, withFileTypes: true });
    assert.deepEqual(
      left.filter((entry) => entry.isFile()),
      [],
    );
  } finally {
    rmSync(cache, { recursive: true, force: true });
  }
});

describe("osdk run in QEMU ends", { skip }, () => {
  for (const [signal, code] of /** @type {const} */ ([
    ["SIGINT", 130],
    ["SIGTERM", 143],
    ["SIGHUP", 129],
  ])) {
    test(`by ${signal}, with ${code}, and QEMU with it`, async () => {
      const { child, ended, qemu } = await startStaying();
      child.kill(signal);
      assert.equal(await ended, code);
      assert.ok(await isGone(qemu));
      assert.deepEqual(readdirSync(temporary), []);
    });
  }

  test("by SIGKILL, and QEMU with it", async () => {
    const { child, ended, qemu } = await startStaying();
    child.kill("SIGKILL");
    assert.equal(await ended, "SIGKILL");
    assert.ok(await isGone(qemu));
    for (const name of readdirSync(temporary)) rmSync(join(temporary, name), { recursive: true });
  });

  test("when QEMU is killed, with what happened", async () => {
    const { output, ended, qemu } = await startStaying();
    process.kill(qemu, "SIGKILL");
    assert.equal(await ended, 125);
    assert.match(output.stderr, /QEMU was ended by SIGKILL/);
    assert.doesNotMatch(output.stderr, /\n {4}at /);
    assert.deepEqual(readdirSync(temporary), []);
  });

  test("when nobody reads its output any more", async () => {
    const { child, ended, output } = start(["yes"]);
    await new Promise((resolve) => child.stdout.once("data", resolve));
    const [qemu = 0] = childrenOf(child.pid ?? 0, "qemu");
    child.stdout.destroy();
    await ended;
    assert.doesNotMatch(output.stderr, /\n {4}at /);
    assert.ok(await isGone(qemu));
    assert.deepEqual(readdirSync(temporary), []);
  });

  test("before QEMU runs, in plain words and with nothing left behind", async () => {
    const mkrescue = ["--boot-method", "grub-rescue-iso", "--grub-mkrescue", "/bin/false"];
    const child = spawn(process.execPath, [OSDK, "run", ...mkrescue, "--", "ls"], {
      cwd: ROOT,
      env: { ...process.env, TMPDIR: temporary },
    });
    let stderr = "";
    child.stderr.on("data", (bytes) => (stderr += bytes));
    assert.equal(await new Promise((resolve) => child.on("close", resolve)), 125);
    // Without GRUB it says so.
    assert.match(stderr, /\/bin\/false failed|can not run here/);
    assert.doesNotMatch(stderr, /internal error/);
    assert.deepEqual(readdirSync(temporary), []);
  });

  test("with all bytes of its input in its output, and the code of a signal", async () => {
    const input = randomBytes(300_000);
    const { child, output, ended } = start(["sh", "-c", "cat; kill -9 $$"]);
    child.stdin.end(input);
    assert.equal(await ended, 137);
    assert.ok(Buffer.concat(output.stdout).equals(input));
  });
});
