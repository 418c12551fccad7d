// SPDX-License-Identifier: MPL-2.0

import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import {
  bootWaiting,
  PORT_FILES,
  runInWaiting,
  type CommandResult,
  type SystemOptions,
  type WaitingCommand,
} from "@aster/sandbox/cli";
import { makeChannelDirectory, QMP } from "./channels.ts";
import type { QemuGuest } from "./guest.ts";
import { QmpClient } from "./qmp.ts";
import type { MachineCopy, Session } from "./session.ts";

/**
 * RAM is a file that copies map privately, so that saving and loading move the devices' state
 * alone (QEMU's docs/devel/migration: x-ignore-shared).
 */
const RAM_STAYS = { capability: "x-ignore-shared", state: true };
/** Memory, where there is a file system of it. */
const MEMORY_FOLDER = "/dev/shm";
/** Until the guest's init has come to its wait, which no copy shall do again. */
const SETTLE_MS = 500;
const POLL_MS = 5;

/** A booted guest that waits for a command, of which copies run: each begins where it stands. */
export class LinuxTemplate {
  private readonly session: Session;
  private readonly directory: string;
  private readonly kernelCommandLine: string;
  private readonly removeOnExit = (): void => this.close();

  private constructor(session: Session, directory: string, kernelCommandLine: string) {
    this.session = session;
    this.directory = directory;
    this.kernelCommandLine = kernelCommandLine;
    process.once("exit", this.removeOnExit);
  }

  /** Boots the guest and keeps its state. Rejects with `OsdkError`, `SandboxError` or `Error`. */
  static async make(session: Session): Promise<LinuxTemplate> {
    const base = existsSync(MEMORY_FOLDER) ? MEMORY_FOLDER : tmpdir();
    const directory = mkdtempSync(join(base, "osdk-template-"));
    let commandLine = "";
    let guest: QemuGuest | undefined;
    try {
      guest = await bootWaiting(async (system) => {
        commandLine = system.kernelCommandLine;
        writeFileSync(join(directory, "initramfs"), system.initramfs ?? new Uint8Array(0));
        return startMachine(session, directory, { ...system, isCopy: false });
      });
      await sleep(SETTLE_MS);
      const qmp = await QmpClient.open(guest.console.port(QMP), guest.ended);
      await qmp.execute("stop");
      await qmp.execute("migrate-set-capabilities", { capabilities: [RAM_STAYS] });
      await qmp.execute("migrate", { uri: `exec:cat >'${join(directory, "state")}'` });
      await until(async () => {
        const { status } = (await qmp.execute("query-migrate")) as { status?: string };
        if (status === "failed") throw new Error("QEMU can not keep the state of this machine");
        return status === "completed";
      });
      return new LinuxTemplate(session, directory, commandLine);
    } catch (error) {
      rmSync(directory, { recursive: true, force: true });
      throw error;
    } finally {
      guest?.machine.stop(0);
      await guest?.ended;
    }
  }

  /** Runs a command in a copy. As `runCommand` of @aster/sandbox, and rejects as that does. */
  async run(command: WaitingCommand): Promise<CommandResult> {
    const { directory, session, kernelCommandLine } = this;
    const guest = await startMachine(session, directory, { kernelCommandLine, isCopy: true });
    try {
      const qmp = await QmpClient.open(guest.console.port(QMP), guest.ended);
      await qmp.execute("migrate-set-capabilities", { capabilities: [RAM_STAYS] });
      await qmp.execute("migrate-incoming", { uri: `exec:cat '${join(directory, "state")}'` });
      await until(async () => {
        const { status } = (await qmp.execute("query-status")) as { status?: string };
        return status === "paused";
      });
      await qmp.execute("cont");
      return await runInWaiting(guest, command);
    } catch (error) {
      guest.machine.stop(0);
      await guest.ended;
      throw error;
    }
  }

  /** Removes its files. Copies that run go on. */
  close(): void {
    process.off("exit", this.removeOnExit);
    rmSync(this.directory, { recursive: true, force: true });
  }
}

function startMachine(
  session: Session,
  folder: string,
  system: Pick<SystemOptions, "kernelCommandLine"> & { readonly isCopy: boolean },
): Promise<QemuGuest> {
  const { kernelCommandLine, isCopy } = system;
  const copy: MachineCopy = { ram: join(folder, "ram"), isCopy };
  return session.start({
    kernelCommandLine,
    initramfs: join(folder, "initramfs"),
    directory: makeChannelDirectory(),
    onLog: undefined,
    copy,
    ports: [PORT_FILES],
  });
}

async function until(isReached: () => Promise<boolean>): Promise<void> {
  while (!(await isReached())) await sleep(POLL_MS);
}
