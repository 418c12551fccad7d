// SPDX-License-Identifier: MPL-2.0

import { SandboxError } from "../errors.ts";
import type { GuestFiles } from "./files.ts";

/** A name of the guest's /etc/passwd, or numbers. */
export type GuestUser =
  | string
  | number
  | { readonly uid: number; readonly gid: number; readonly groups?: readonly number[] };

export interface UserIds {
  readonly uid: number;
  readonly gid: number;
  readonly groups: readonly number[];
}

const ROOT: UserIds = { uid: 0, gid: 0, groups: [] };
const MAX_ID = 0xffff_fffe;

/** Who is meant by `user`; root by default. */
export async function resolveUser(
  user: GuestUser | undefined,
  files: GuestFiles,
): Promise<UserIds> {
  if (user === undefined || user === "root") return ROOT;
  if (typeof user === "object") {
    return {
      uid: checkId(user.uid),
      gid: checkId(user.gid),
      groups: (user.groups ?? []).map(checkId),
    };
  }
  const lines = (await readTable(files, "/etc/passwd")).map((line) => line.split(":"));
  const column = typeof user === "number" ? 2 : 0;
  const entry = lines.find((fields) => fields[column] === String(user));
  if (entry === undefined) {
    if (typeof user === "number") return { uid: checkId(user), gid: checkId(user), groups: [] };
    throw new SandboxError("bad-option", `the guest has no user "${user}"`);
  }
  const [name = "", , uid, gid] = entry;
  return {
    uid: checkId(Number(uid)),
    gid: checkId(Number(gid)),
    groups: await groupsOf(name, files),
  };
}

/** As initgroups(3). */
async function groupsOf(name: string, files: GuestFiles): Promise<number[]> {
  const lines = (await readTable(files, "/etc/group")).map((line) => line.split(":"));
  return lines
    .filter((fields) => fields[3]?.split(",").includes(name))
    .map((fields) => checkId(Number(fields[2])));
}

async function readTable(files: GuestFiles, path: string): Promise<string[]> {
  try {
    return (await files.readFile(path, "utf8")).split("\n");
  } catch (error) {
    if (error instanceof SandboxError && error.errno === "ENOENT") return [];
    throw error;
  }
}

function checkId(id: number): number {
  if (Number.isInteger(id) && id >= 0 && id <= MAX_ID) return id;
  throw new SandboxError("bad-option", `${id} is no user or group id`);
}
