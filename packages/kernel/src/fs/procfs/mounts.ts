// SPDX-License-Identifier: MPL-2.0

import { deviceMajor, deviceMinor } from "../../abi/stat.ts";
import { MS } from "../mount.ts";
import type { Mount } from "../mount.ts";
import { Path } from "../path.ts";
import type { ProcContext } from "./text.ts";

/** Spaces, tabs, newlines and backslashes as proc(5) writes them: in octal. */
function escape(text: string): string {
  return text.replace(
    /[ \t\n\\#]/g,
    (character) => `\\${character.charCodeAt(0).toString(8).padStart(3, "0")}`,
  );
}

function mountFlags({ flags, fs }: Mount, withFileSystem: boolean): string {
  const words = [(flags & MS.RDONLY) !== 0 || (withFileSystem && fs.readOnly) ? "ro" : "rw"];
  for (const [bit, word] of [
    [MS.NOSUID, "nosuid"],
    [MS.NODEV, "nodev"],
    [MS.NOEXEC, "noexec"],
    [MS.NOATIME, "noatime"],
    [MS.NODIRATIME, "nodiratime"],
    [MS.RELATIME, "relatime"],
    [MS.NOSYMFOLLOW, "nosymfollow"],
  ] as const) {
    if ((flags & bit) !== 0) {
      words.push(word);
    }
  }
  return words.join(",");
}

function fileSystemOptions(mount: Mount): string {
  const options = mount.fs.mountOptions();
  return options === "" ? "" : `,${options}`;
}

/** The mounts that the reader can see, with their path names. */
function visibleMounts({ reader, target }: ProcContext): { mount: Mount; name: string }[] {
  const { vfs } = reader.kernel;
  const { root } = (target ?? reader).fs;
  const visible: { mount: Mount; name: string }[] = [];
  for (const mount of vfs.mounts.list()) {
    const name = vfs.pathNameBelow(new Path(mount, mount.root), root);
    if (name !== undefined) {
      visible.push({ mount, name });
    }
  }
  return visible;
}

/** /proc/PID/mounts: in the format of fstab(5). */
export function renderMounts(context: ProcContext): string {
  let text = "";
  for (const { mount, name } of visibleMounts(context)) {
    const options = mountFlags(mount, true) + fileSystemOptions(mount);
    const { typeName } = mount.fs;
    text += `${escape(mount.source)} ${escape(name)} ${typeName} ${options} 0 0\n`;
  }
  return text;
}

/** /proc/PID/mountinfo (proc_pid_mountinfo(5)). */
export function renderMountInfo(context: ProcContext): string {
  let text = "";
  for (const { mount, name } of visibleMounts(context)) {
    const { fs, root } = mount;
    let within = "";
    for (let at = root; at.parent !== undefined; at = at.parent) {
      within = `/${at.name}${within}`;
    }
    const device = `${deviceMajor(fs.device)}:${deviceMinor(fs.device)}`;
    const parent = mount.parent?.id ?? mount.id;
    const options = `${fs.readOnly ? "ro" : "rw"}${fileSystemOptions(mount)}`;
    text +=
      `${mount.id} ${parent} ${device} ${escape(within === "" ? "/" : within)} ${escape(name)} ` +
      `${mountFlags(mount, false)} - ${fs.typeName} ${escape(mount.source)} ${options}\n`;
  }
  return text;
}
