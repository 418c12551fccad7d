// SPDX-License-Identifier: MPL-2.0

import { bytesOf, CpioWriter } from "./cpio.ts";
import { startImage, addFiles, type GuestFile } from "./image.ts";
import {
  ASTER_DIRECTORY,
  BUSYBOX_PATH,
  INIT_PATH,
  initScript,
  PORT_STATUS,
  PORTS,
  type Command,
} from "./init-script.ts";

/** The port on which a guest that waits gets its command. */
export const PORT_FILES = "aster.files";

/** Where the command's own init script is put. */
const COMMAND_PATH = `${ASTER_DIRECTORY}/command`;

/**
 * An initramfs with busybox, whose init brings the guest up, writes an empty line to the status
 * port, and waits for `commandArchive` on another.
 */
export function buildWaitingImage(busybox: Uint8Array): Uint8Array {
  const { cpio, hasApplets } = startImage(busybox);
  cpio.addDirectory(ASTER_DIRECTORY);
  cpio.addSymlink(BUSYBOX_PATH, "/bin/busybox");
  const script = `#!${BUSYBOX_PATH} sh
b=${BUSYBOX_PATH}
$b mount -t proc proc /proc
[ -c /dev/null ] || $b mount -t devtmpfs devtmpfs /dev
$b mount -t sysfs sysfs /sys
${hasApplets ? "" : "$b --install -s\n"}cd /
echo >${PORTS}/${PORT_STATUS}
$b cpio -idu <${PORTS}/${PORT_FILES} 2>/dev/null
exec ${COMMAND_PATH}
`;
  cpio.addFile(INIT_PATH, bytesOf(script), 0o755);
  return cpio.finish();
}

/** A command and its files, for a guest that waits. Throws `SandboxError`. */
export function commandArchive(command: Command, files: readonly GuestFile[] = []): Uint8Array {
  const cpio = new CpioWriter();
  cpio.addExistingDirectories([ASTER_DIRECTORY, "/bin", "/etc", "/root", "/tmp", "/usr/bin"]);
  cpio.addFile(COMMAND_PATH, initScript(command, false), 0o755);
  addFiles(cpio, files);
  return cpio.finish();
}
