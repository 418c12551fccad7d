// SPDX-License-Identifier: MPL-2.0
//
// Runs a case on this Linux: in a chroot of the guest's root, in namespaces of its own. Needs root.

import { spawn } from "node:child_process";
import {
  copyFileSync,
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  renameSync,
  rmSync,
} from "node:fs";
import { symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import {
  CWD,
  DEVICES,
  DEVICE_LINKS,
  DIRECTORIES,
  ENV,
  FILES,
  UMASK,
  appletPaths,
  findBusybox,
} from "../root.mjs";

const BUILD = fileURLToPath(new URL("../.build/", import.meta.url));

/** Leaves room for the supervisor to be killed together with everything below it. */
const KILL_SIGNAL = "SIGKILL";

/** The first shell in the root closes what the caller's caller may have left open: a case has 0, 1 and 2. */
const START = `
for link in /proc/self/fd/*; do
  fd=\${link##*/}
  [ "$fd" -le 2 ] || eval "exec $fd>&-"
done
cd ${CWD} && exec env -i "$@"
`;

/**
 * Runs as process 1 of a PID namespace, so that the command is not process 1 and nothing outlives it.
 * $1: mount point, $2: template of the root, $3: files of the case, $4: its stdin or empty; then argv.
 *
 * - The root is a copy on a tmpfs of its own, which the namespace takes with it.
 * - The streams are real pipes: Node gives its children sockets, on which /dev/stderr cannot be opened.
 * - The command leads a session without terminal, and leaves no core file.
 * - When a signal kills the command, the shell's own message about it must not reach stderr.
 */
const SUPERVISOR = `
set -e
mountPoint=$1 template=$2 files=$3 stdin=$4
shift 4
umask ${UMASK}
ulimit -c 0
ulimit -s 8192
ulimit -n 1024
mount -t tmpfs -o mode=755 tmpfs "$mountPoint"
root=$mountPoint/root
cp -a "$template" "$root"
cp -a "$files/." "$root"
${DEVICES.map(([path, major, minor]) => `mknod -m 666 "$root${path}" c ${major} ${minor}`).join("\n")}
mount -t proc proc "$root/proc"
mkfifo "$mountPoint/stdout" "$mountPoint/stderr"
cat <"$mountPoint/stdout" &
cat <"$mountPoint/stderr" >&2 &
command() {
  exec setsid chroot "$root" /bin/sh -c '${START}' start \
    ${Object.entries(ENV)
      .map(([key, value]) => `${key}=${value}`)
      .join(" ")} "$@" \
    >"$mountPoint/stdout" 2>"$mountPoint/stderr"
}
set +e
exec 2>/dev/null
if [ "$stdin" ]; then
  cat "$stdin" | (command "$@")
else
  (command "$@") </dev/null
fi
status=$?
wait
exit $status
`;

/** The root without devices and case files: made once, by rename, so that parallel workers agree. */
function templateRoot() {
  const template = join(BUILD, "root");
  if (existsSync(template)) return template;
  mkdirSync(BUILD, { recursive: true });
  const partial = mkdtempSync(join(BUILD, "root-"));
  chmodSync(partial, 0o755);
  const busybox = findBusybox();
  for (const [path] of DIRECTORIES) mkdirSync(join(partial, path));
  copyFileSync(busybox, join(partial, "bin/busybox"));
  chmodSync(join(partial, "bin/busybox"), 0o755);
  for (const [path, content] of FILES) writeFileSync(join(partial, path), content, { mode: 0o644 });
  for (const path of appletPaths(busybox)) symlinkSync("/bin/busybox", join(partial, path));
  for (const [path, target] of DEVICE_LINKS) symlinkSync(target, join(partial, path));
  for (const [path, mode] of DIRECTORIES) chmodSync(join(partial, path), mode);
  try {
    renameSync(partial, template);
  } catch (error) {
    if (!existsSync(template)) throw error;
    rmSync(partial, { recursive: true });
  }
  return template;
}

/** @param {import('../cases.mjs').Case} testCase @param {string} folder */
function writeFiles(testCase, folder) {
  for (const { guestPath, bytes, mode } of testCase.files) {
    const path = join(folder, guestPath);
    const parent = join(path, "..");
    mkdirSync(parent, { recursive: true });
    // `cp -a` carries modes of directories too: /tmp must keep its own.
    for (const [directory, directoryMode] of DIRECTORIES) {
      if (join(folder, directory) === parent) chmodSync(parent, directoryMode);
    }
    writeFileSync(path, bytes);
    chmodSync(path, mode);
  }
}

/**
 * @param {import('../cases.mjs').Case} testCase
 * @param {number} timeoutMs
 * @returns {Promise<import('../cases.mjs').Outcome>}
 */
export async function runCase(testCase, timeoutMs) {
  if (process.getuid?.() !== 0)
    throw new Error("the native runner needs root, for chroot and namespaces");
  const work = mkdtempSync(join(tmpdir(), "guest-case-"));
  try {
    const mountPoint = join(work, "mount");
    const files = join(work, "files");
    const stdin = join(work, "stdin");
    mkdirSync(mountPoint);
    mkdirSync(files);
    writeFiles(testCase, files);
    if (testCase.stdin !== undefined) writeFileSync(stdin, testCase.stdin);
    const child = spawn(
      "unshare",
      [
        "--mount",
        "--pid",
        "--ipc",
        "--uts",
        "--fork",
        "--kill-child",
        "/bin/sh",
        "-c",
        SUPERVISOR,
        "supervisor",
      ].concat(
        [mountPoint, templateRoot(), files, testCase.stdin === undefined ? "" : stdin],
        testCase.argv,
      ),
      { stdio: ["ignore", "pipe", "pipe"] },
    );
    const timer = setTimeout(() => child.kill(KILL_SIGNAL), timeoutMs);
    const [stdout, stderr, status] = await Promise.all([
      collect(child.stdout),
      collect(child.stderr),
      new Promise((resolve, reject) => {
        child.on("error", reject);
        child.on("exit", (code) => resolve(code ?? -1));
      }),
    ]);
    clearTimeout(timer);
    if (status === -1) throw new Error(`timed out after ${timeoutMs} ms`);
    return { stdout, stderr, status };
  } finally {
    rmSync(work, { recursive: true });
  }
}

/** @param {import('node:stream').Readable} stream */
async function collect(stream) {
  const chunks = [];
  for await (const chunk of stream) chunks.push(chunk);
  return Buffer.concat(chunks);
}
