// SPDX-License-Identifier: MPL-2.0

// `node tools/hot-functions/main.mjs [--output FILE]`: makes packages/bare/hot-functions.txt
// anew. It boots the kernel in QEMU with an engine that interprets everything and counts the
// operations of each function, has it do what programs ask for most, and keeps the functions for which
// machine code pays.

import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createConnection } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import {
  buildImage,
  COUNTED_FUNCTIONS,
  COUNTS_SYMBOL,
  runQemu,
} from "../../packages/bare/dist/index.js";
import { buildPrograms } from "../../bench/src/build.mjs";
import { CpioWriter } from "../../packages/sandbox/dist/initramfs/cpio.js";
import { buildProgram } from "../../test/guest/build.mjs";

const HELP = `Usage: node tools/hot-functions/main.mjs [--output FILE]

Profiles the kernel in QEMU, and writes which of its functions are to be compiled to machine code when
an image is built (packages/bare/hot-functions.txt). Takes some eight minutes.

  --output FILE  where the list goes instead
  --help         print this text
`;
const root = fileURLToPath(new URL("../..", import.meta.url));
const BUSYBOX = "/usr/bin/busybox";
/** A function is hot when a phase does so many operations of it for each byte of its code... */
const OPERATIONS_PER_BYTE = 400;
/** ...or when this part of all that a phase does is its. */
const SHARE = 0.001;
const POLL_MS = 100;
/** How long one script or program may take: what it does in that time is enough of it. */
const PART_SECONDS = 8;
const LIMIT_MS = 900_000;

/** Scripts and programs of the guest suite (test/guest), which the image is to be fast for. */
const SCRIPTS = [
  ...["bad-elf", "big-pipes", "copy-trees", "crashes", "dd-applet", "directories", "fifo-meetings"],
  ...["file-times", "find-applet", "group-signals", "links", "lock-files", "log-report", "limits"],
  ...["ls-long", "permissions", "proc-self", "process-lists", "read-records", "rename-corners"],
  ...["short-pipelines", "sparse-files", "su-permissions", "tar-applet", "watch-timeouts"],
];
const PROGRAMS = [
  ...["exec-environ", "hot-faults", "hot-timers", "malloc-sort", "pipes-poll", "random-files"],
  ...["priority-futexes", "random-memory", "random-rights", "random-signals", "random-terminals"],
  ...["random-waiting", "single-step-places", "thread-lives", "threads", "unix-sockets"],
];

const guest = (path) => join(root, "test/guest", path);

/** What is done; the counts of each are looked at alone. */
const PHASES = {
  boot: ":",
  calls: "/calls 40",
  shell: `
for i in 1 2 3 4 5 6; do echo "line $i" >> list; cat list | sort -r | head -n 2 > /dev/null; done
ls -l / /bin > listing; grep -c busybox listing; wc listing; cp listing copy; mv copy other; rm other
find / -xdev -name "l*" | wc -l; ln -s listing link; readlink link; stat link > /dev/null
tar cf a.tar listing list; mkdir out; tar xf a.tar -C out; rm -r out; sha256sum a.tar
(sleep 0.1; kill -USR1 $$) & trap 'echo trapped' USR1; wait; ps > /dev/null; df > /dev/null 2>&1
dd if=/dev/zero of=zeros bs=64k count=8 2>/dev/null; gzip zeros; zcat zeros.gz | wc -c`,
  ...Object.fromEntries(SCRIPTS.map((name) => [name, part(`sh /scripts/${name}.sh`)])),
  ...Object.fromEntries(PROGRAMS.map((name) => [name, part(`/programs/${name}`)])),
};

/** A command in an empty folder, for as long as a part may take. */
function part(command) {
  return `timeout -s KILL ${PART_SECONDS} ${command} < /dev/null > /dev/null 2>&1`;
}

function script() {
  const phases = Object.entries(PHASES).map(
    ([name, text]) =>
      `mkdir -p /tmp/${name}; cd /tmp/${name}\n${text}\necho "phase-${name}-done"\nsleep 0.3`,
  );
  const mounts = "mkdir -p /proc /sys; mount -t proc proc /proc; mount -t sysfs sysfs /sys";
  return `#!/bin/busybox sh\n/bin/busybox --install -s /bin\n${mounts}\n${phases.join("\n")}\nsleep 1000\n`;
}

/** QEMU's monitor for programs (QMP). */
async function connectMonitor(path) {
  const deadline = Date.now() + 10_000;
  while (!existsSync(path)) {
    if (Date.now() > deadline) throw new Error("QEMU offers no monitor");
    await pause();
  }
  const socket = createConnection(path);
  const lines = createInterface({ input: socket })[Symbol.asyncIterator]();
  const answer = async () => {
    for (;;) {
      const { value, done } = await lines.next();
      if (done) throw new Error("QEMU has ended");
      const message = JSON.parse(value);
      if (message.error !== undefined) throw new Error(`QEMU: ${message.error.desc}`);
      if (message.event === undefined) return;
    }
  };
  await answer();
  const command = async (execute, args = {}) => {
    socket.write(`${JSON.stringify({ execute, arguments: args })}\n`);
    await answer();
  };
  await command("qmp_capabilities");
  return { command, quit: () => socket.write(`{"execute":"quit"}\n`) };
}

const pause = () => new Promise((resolve) => setTimeout(resolve, POLL_MS));

/** Waits for the end of a phase, as the console tells it. */
async function phaseDone(console, name, deadline) {
  for (;;) {
    const text = existsSync(console) ? readFileSync(console, "latin1") : "";
    if (text.includes(`phase-${name}-done`)) return;
    if (Date.now() > deadline)
      throw new Error(`${name} takes too long; the console says:\n${text}`);
    await pause();
  }
}

/** Where the counts are in the kernel's memory. */
function addressOfCounts(image) {
  const { status, stdout } = spawnSync("nm", [image], { encoding: "utf8", maxBuffer: 2 ** 26 });
  const found = new RegExp(`^([0-9a-f]{16}) \\w ${COUNTS_SYMBOL}$`, "m").exec(stdout ?? "");
  if (status !== 0 || found === null) throw new Error(`${image} has no ${COUNTS_SYMBOL}`);
  // The monitor takes addresses as signed numbers; the kernel's are in the last 2 GiB.
  return Number(BigInt.asIntN(64, BigInt(`0x${found[1]}`)));
}

async function profile(folder) {
  const image = join(folder, "image.elf");
  const kernel = join(root, "packages/kernel/dist/index.js");
  const cacheFolder = join(root, "packages/bare/target");
  const onStep = (text) => process.stderr.write(`hot-functions: ${text}\n`);
  const built = await buildImage({
    ...{ program: { kernel }, output: image, cacheFolder, compile: "count", onStep },
  });
  const archive = new CpioWriter();
  archive.addFile("/bin/busybox", readFileSync(BUSYBOX), 0o755);
  archive.addFile("/calls", readFileSync(buildPrograms(["calls"]).calls), 0o755);
  for (const name of SCRIPTS) {
    const text = readFileSync(guest(`scripts/${name}.sh`));
    archive.addFile(`/scripts/${name}.sh`, text, 0o644);
  }
  for (const name of PROGRAMS) {
    archive.addFile(`/programs/${name}`, readFileSync(buildProgram(name, "musl")), 0o755);
  }
  archive.addFile("/init", Buffer.from(script()), 0o755);
  archive.addDirectory("/dev");
  const initramfs = join(folder, "initramfs.cpio");
  writeFileSync(initramfs, archive.finish());
  const console = join(folder, "console.txt");
  const socket = join(folder, "monitor");
  const devices = [
    ...["-qmp", `unix:${socket},server=on,wait=off`, "-device", "virtio-rng-device"],
    ...["-chardev", `file,path=${console},id=out`],
    ...["-device", "virtio-serial-device", "-device", "virtconsole,chardev=out"],
  ];
  onStep("running the kernel");
  const run = runQemu({ image, machine: "microvm", initramfs, devices }, LIMIT_MS);
  const monitor = await connectMonitor(socket);
  try {
    const deadline = Date.now() + LIMIT_MS;
    const address = addressOfCounts(image);
    const snapshots = [];
    for (const name of Object.keys(PHASES)) {
      await phaseDone(console, name, deadline);
      const filename = join(folder, `counts-${name}`);
      await monitor.command("memsave", { val: address, size: 8 * COUNTED_FUNCTIONS, filename });
      const bytes = readFileSync(filename);
      snapshots.push(new BigUint64Array(bytes.buffer, bytes.byteOffset, COUNTED_FUNCTIONS));
    }
    return { functions: built.functions, snapshots };
  } finally {
    monitor.quit();
    await run;
  }
}

/** The names of the hot functions, in order. */
function hotNames({ functions, snapshots }) {
  const hot = new Set();
  const phases = snapshots.map((counts, phase) =>
    functions.map((_, i) => Number(counts[i] - (snapshots[phase - 1]?.[i] ?? 0n))),
  );
  for (const counts of phases) {
    const total = counts.reduce((sum, count) => sum + count, 0);
    functions.forEach(({ name, codeBytes, isCompilable }, i) => {
      const isHot = counts[i] >= OPERATIONS_PER_BYTE * codeBytes || counts[i] >= SHARE * total;
      if (isCompilable && isHot && !name.endsWith(" ")) hot.add(name);
    });
  }
  phases.forEach((counts, phase) => {
    const sum = (chosen) => counts.reduce((all, count, i) => all + (chosen(i) ? count : 0), 0);
    const part =
      sum((i) => functions[i].isCompilable && hot.has(functions[i].name)) / sum(() => true);
    const name = Object.keys(PHASES)[phase];
    const total = sum(() => true).toLocaleString("en");
    process.stderr.write(`hot-functions: ${name}: ${(100 * part).toFixed(1)} % of ${total}\n`);
  });
  return [...hot].sort();
}

async function main() {
  const { values } = parseArgs({
    options: { output: { type: "string" }, help: { type: "boolean", default: false } },
  });
  if (values.help) {
    process.stdout.write(HELP);
    return;
  }
  const folder = mkdtempSync(join(tmpdir(), "aster-hot-"));
  try {
    const names = hotNames(await profile(folder));
    writeFileSync(
      values.output ?? join(root, "packages/bare/hot-functions.txt"),
      `${names.join("\n")}\n`,
    );
    process.stderr.write(`hot-functions: ${names.length} names\n`);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

try {
  await main();
} catch (error) {
  process.stderr.write(`hot-functions: ${error.message}\n`);
  process.exitCode = 1;
}
