// SPDX-License-Identifier: MPL-2.0

/** Options of devpts (Linux, filesystems/devpts). */
export interface DevptsOptions {
  /** Owner of new slaves; who opened the master where undefined. */
  uid: number | undefined;
  gid: number | undefined;
  /** Permissions of new slaves. */
  mode: number;
  ptmxMode: number;
}

/** Reads the options of mount(2); undefined when one is unknown or wrong. */
export function parseDevptsOptions(text: string): DevptsOptions | undefined {
  const options: DevptsOptions = { uid: undefined, gid: undefined, mode: 0o600, ptmxMode: 0 };
  for (const option of text.split(",")) {
    const [key = "", value = ""] = option.split("=");
    const isNumber = /^\d+$/.test(value);
    const isOctal = /^[0-7]+$/.test(value);
    if (key === "" || key === "newinstance") continue;
    if (key === "uid" && isNumber) options.uid = Number(value);
    else if (key === "gid" && isNumber) options.gid = Number(value);
    else if (key === "mode" && isOctal) options.mode = Number.parseInt(value, 8) & 0o777;
    else if (key === "ptmxmode" && isOctal) options.ptmxMode = Number.parseInt(value, 8) & 0o777;
    else if (!(key === "max" && isNumber)) return undefined;
  }
  return options;
}
