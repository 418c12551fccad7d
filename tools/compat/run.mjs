// SPDX-License-Identifier: MPL-2.0
//
// Runs a shell command in a root of Debian packages: on Aster, or on this Linux.

import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";

const OSDK = fileURLToPath(new URL("../../packages/osdk/bin/aster-osdk.js", import.meta.url));

/** Both run in /mnt, which is empty, with this environment and nothing else. */
const ENVIRONMENT = "HOME=/root PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/** Process 1 of a namespace of its own; $1: the root, $2: the command. Needs root. */
const NATIVE = `
set -e
mount -t tmpfs none "$1/mnt"
mount -t tmpfs none "$1/tmp"
mount -t proc none "$1/proc"
mount --rbind /dev "$1/dev"
[ -z "$3" ] || mount --bind "$3" "$1/srv"
chroot "$1" /usr/bin/env -i ${ENVIRONMENT} /bin/bash -c "cd /mnt; $2"
`;

/**
 * @typedef {{ stdout: string, stderr: string, status: number | null, seconds: number }} Outcome
 * @param {string} root
 * @param {string} command for bash
 * @param {{ native: boolean, seconds: number, memoryMiB: number, folder?: string }} options
 *   `folder` is one of the host, which shows at /srv
 * @returns {Promise<Outcome>}
 */
export function runIn(root, command, { native, seconds, memoryMiB, folder }) {
  const argv = native
    ? [
        "unshare",
        "--mount",
        "--pid",
        "--uts",
        "--fork",
        "--kill-child",
        "sh",
        "-c",
        NATIVE,
        "sh",
        root,
        command,
        folder ?? "",
      ]
    : [
        process.execPath,
        OSDK,
        ...["run", "--root", root, "--memory", String(memoryMiB), "--cwd", "/mnt", "--log", "off"],
        ...(folder === undefined ? [] : ["--mount", `${folder}:/srv:ro`]),
        ...["--", "/bin/bash", "-c", command],
      ];
  const started = Date.now();
  return new Promise((resolve) => {
    const [program = "", ...args] = argv;
    const child = spawn(program, args, { stdio: ["ignore", "pipe", "pipe"] });
    const timer = setTimeout(() => child.kill("SIGKILL"), seconds * 1000);
    let stdout = "";
    let stderr = "";
    child.stdout.setEncoding("utf8").on("data", (text) => (stdout += text));
    child.stderr.setEncoding("utf8").on("data", (text) => (stderr += text));
    child.on("close", (status) => {
      clearTimeout(timer);
      resolve({ stdout, stderr, status, seconds: (Date.now() - started) / 1000 });
    });
  });
}
