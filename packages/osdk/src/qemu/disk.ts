// SPDX-License-Identifier: MPL-2.0

import { buildBootImage } from "../image/boot-image.ts";
import { whileBuilding } from "./interrupt.ts";
import { diskDirectory, elfFile, type QemuBoot, type QemuSetup } from "./plan.ts";

/** Makes the disk that GRUB boots from, where the boot method has one. Throws `OsdkError`. */
export async function buildDisk(
  { request, grubMkrescue }: Pick<QemuSetup, "request" | "grubMkrescue">,
  boot: Pick<QemuBoot, "kernelCommandLine" | "initramfs"> & { readonly directory?: string },
  projectDirectory: string,
): Promise<string | undefined> {
  if (grubMkrescue === undefined) return undefined;
  const { action, name } = request;
  return whileBuilding((signal) =>
    buildBootImage({
      name,
      directory: diskDirectory(request, boot, boot.directory),
      elf: elfFile(request),
      kernelCommandLine: boot.kernelCommandLine,
      initramfs: boot.initramfs,
      protocol: action.grub.boot_protocol ?? "multiboot2",
      displayMenu: action.grub.display_grub_menu === true,
      grubMkrescue,
      format: action.boot.method === "grub-qcow2" ? "qcow2" : "iso",
      projectDirectory,
      signal,
    }),
  );
}
