// SPDX-License-Identifier: MPL-2.0

import type { Kernel } from "../kernel.ts";
import { ProcessGroup } from "./group.ts";
import type { Process } from "./process.ts";
import { Session } from "./session.ts";

/** A new session with one group, both with the number of the process that will lead them. */
export function createSession(kernel: Kernel, id: number): ProcessGroup {
  const session = new Session(id, undefined);
  kernel.processes.sessions.set(id, session);
  return createGroup(kernel, id, session);
}

export function createGroup(kernel: Kernel, pgid: number, session: Session): ProcessGroup {
  const group = new ProcessGroup(pgid, session);
  session.groups.add(group);
  kernel.processes.groups.set(pgid, group);
  return group;
}

/** Moves a process to another group. */
export function joinGroup(process: Process, group: ProcessGroup): void {
  if (process.group === group && group.members.has(process)) return;
  leaveGroup(process);
  process.group = group;
  group.members.add(process);
}

/** Takes a process out of its group; groups and sessions go with their last member. */
export function leaveGroup(process: Process): void {
  const { group, kernel } = process;
  group.members.delete(process);
  if (group.members.size > 0) return;
  const { session } = group;
  kernel.processes.groups.delete(group.pgid);
  session.groups.delete(group);
  if (session.groups.size === 0) kernel.processes.sessions.delete(session.sid);
}
