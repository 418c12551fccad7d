// SPDX-License-Identifier: MPL-2.0

import { execFile } from "node:child_process";
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { OsdkError } from "../errors.ts";
import { ExitCode } from "../exit-codes.ts";
import type { BootProtocol } from "../manifest/values.ts";
import { loadBare } from "./bare.ts";
import { buildFailure, isFileError } from "./kernel-image.ts";
import { isFresh, writeRecord, type BuildTarget } from "./record.ts";

export interface BootImageRequest {
  readonly name: string;
  readonly directory: string;
  /** The ELF file. */
  readonly elf: string;
  readonly kernelCommandLine: string;
  readonly initramfs: string | undefined;
  readonly protocol: BootProtocol;
  readonly displayMenu: boolean;
  readonly grubMkrescue: string;
  /** "qcow2" is the same image in another wrapping. */
  readonly format: "iso" | "qcow2";
  readonly projectDirectory: string;
  readonly signal?: AbortSignal | undefined;
}

const MENU_SECONDS = 5;

/** Makes a disk with GRUB, the kernel and its initramfs, for BIOS and UEFI. Throws `OsdkError`. */
export async function buildBootImage(request: BootImageRequest): Promise<string> {
  const { name, directory, format, initramfs, signal } = request;
  if (request.protocol === "linux") {
    throw new OsdkError(
      ExitCode.BUILD,
      'grub.boot_protocol = "linux": this version builds images for multiboot2 and multiboot',
    );
  }
  const target: BuildTarget = {
    directory,
    record: `${name}.${format}.json`,
    options: { grub: grubConfiguration(request), mkrescue: request.grubMkrescue, format },
  };
  const file = join(directory, `${name}.${format}`);
  if (isFresh(target)) return file;
  const startMs = Date.now();
  const { withMultibootHeader, BuildError } = await loadBare(request.projectDirectory);
  let work: string | undefined;
  try {
    work = mkdtempSync(join(directory, ".disk-"));
    const boot = join(work, "root", "boot");
    mkdirSync(join(boot, "grub"), { recursive: true });
    const kernel = readFileSync(request.elf);
    const isFirst = request.protocol === "multiboot";
    writeFileSync(join(boot, "kernel"), isFirst ? withMultibootHeader(kernel) : kernel);
    if (initramfs !== undefined) copyFileSync(initramfs, join(boot, "initramfs"));
    writeFileSync(join(boot, "grub", "grub.cfg"), grubConfiguration(request));
    const iso = join(work, "disk.iso");
    await call(request.grubMkrescue, ["-o", iso, join(work, "root")], work, signal);
    let made = iso;
    if (format === "qcow2") {
      made = join(work, "disk.qcow2");
      await call("qemu-img", ["convert", "-f", "raw", "-O", "qcow2", iso, made], work, signal);
    }
    if (!existsSync(made)) {
      const what = `${request.grubMkrescue} made no disk, and told no reason`;
      throw new OsdkError(ExitCode.EXECUTE, what);
    }
    renameSync(made, file);
    const inputs = [request.elf, ...(initramfs === undefined ? [] : [initramfs])];
    writeRecord(target, inputs, [`${name}.${format}`], startMs);
  } catch (error) {
    if (error instanceof BuildError || isFileError(error)) throw buildFailure(error);
    throw error;
  } finally {
    if (work !== undefined) rmSync(work, { recursive: true, force: true });
  }
  return file;
}

/** GRUB keeps no quotes on the kernel's command line: within double quotes four characters are special. */
export function grubConfiguration({
  protocol,
  displayMenu,
  initramfs,
  name,
  kernelCommandLine,
}: Pick<
  BootImageRequest,
  "protocol" | "displayMenu" | "initramfs" | "name" | "kernelCommandLine"
>): string {
  const module = protocol === "multiboot" ? "module" : "module2";
  const quoted = kernelCommandLine
    .split(" ")
    .filter((word) => word !== "")
    .map((word) => ` "${word.replace(/[\\"$`]/g, "\\$&")}"`)
    .join("");
  return [
    `set timeout_style=${displayMenu ? "menu" : "hidden"}`,
    `set timeout=${displayMenu ? MENU_SECONDS : 0}`,
    // Without a display GRUB is still heard.
    "serial --unit=0 --speed=115200",
    ...(displayMenu ? ["terminal_input console serial", "terminal_output console serial"] : []),
    `menuentry "${name}" {`,
    `  ${protocol} /boot/kernel${quoted}`,
    ...(initramfs === undefined ? [] : [`  ${module} /boot/initramfs`]),
    "}",
    "",
  ].join("\n");
}

/** What it leaves behind when it fails goes with its folder for temporary files. */
function call(
  program: string,
  args: readonly string[],
  temporary: string,
  signal?: AbortSignal,
): Promise<void> {
  const env = { ...process.env, TMPDIR: temporary };
  const options = { env, maxBuffer: 16 * 1024 * 1024, ...(signal && { signal }) };
  return new Promise((resolve, reject) => {
    execFile(program, args, options, (error, _stdout, stderr) => {
      if (error === null) resolve();
      else {
        const why = error.name === "AbortError" ? "interrupted" : stderr || error.message;
        reject(new OsdkError(ExitCode.EXECUTE, `${program} failed: ${why.trimEnd()}`));
      }
    });
  });
}
