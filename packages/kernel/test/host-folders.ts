// SPDX-License-Identifier: MPL-2.0

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { FolderServer } from "@aster/machine/node";
import { HostFolder } from "../src/fs/ninep/host-folder.ts";
import type { TestKernel } from "../src/testing/test-kernel.ts";

const MESSAGE_BYTES_MAX = 17 * 4096;

const made: string[] = [];

/** A fresh folder of the host; `removeFolders` removes it. */
export function makeFolder(): { readonly path: string } {
  const path = mkdtempSync(join(tmpdir(), "aster-folder-"));
  made.push(path);
  return { path };
}

export function removeFolders(): void {
  for (const path of made.splice(0)) rmSync(path, { recursive: true, force: true });
}

/** Offers `folder` to the kernel as `tag`, by the real server and without a device between. */
export function offerFolder(
  kernel: TestKernel,
  folder: string,
  tag: string,
  readOnly: boolean,
): FolderServer {
  const server = new FolderServer(folder, { readOnly });
  const exchange = (message: Uint8Array): Uint8Array => server.serve(message.slice()).slice();
  const channel = { messageBytesMax: MESSAGE_BYTES_MAX, exchange };
  kernel.kernel.hostFolders.set(tag, new HostFolder(channel));
  return server;
}
