// SPDX-License-Identifier: MPL-2.0

import { afterEach, beforeEach, expect, test } from "@jest/globals";
import {
  chmodSync,
  existsSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runCommand } from "../run-command.ts";
import { FolderImage } from "./folder-image.ts";
import { ROOT_INDEX_NAME, rootIndexText } from "./root-index.ts";

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "aster-root-"));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

test("a file's data stand on the disk behind the index, from a page's boundary on", () => {
  writeFileSync(join(folder, "a"), "x".repeat(5000));
  writeFileSync(join(folder, "b"), "second");
  const image = new FolderImage(folder);
  const last = new Uint8Array(4096);
  image.read(image.sizeBytes - 4096, last);
  expect(Buffer.from(last).toString("latin1", 0, 8)).toBe("second\0\0");
  const middle = new Uint8Array(8192);
  image.read(image.sizeBytes - 8192, middle);
  expect(Buffer.from(middle).toString("latin1", 0, 904)).toBe("x".repeat(904));
  expect(middle[904]).toBe(0);
  image.close();
});

test("a root that can not be read, or has a damaged index, is refused with its place", () => {
  expect(() => new FolderImage(join(folder, "none"))).toThrow(/cannot read the root: .*none/);
  writeFileSync(join(folder, ROOT_INDEX_NAME), "{");
  expect(() => new FolderImage(folder)).toThrow(/aster-root.json is damaged/);
});

const BUSYBOX = "/bin/busybox";
const withBusybox = existsSync(BUSYBOX) ? test : test.skip;

withBusybox(
  "the guest sees owners, modes, links and data, and its changes stay its own",
  async () => {
    mkdirSync(join(folder, "d"));
    writeFileSync(join(folder, "d/f"), "0123456789".repeat(2000));
    chmodSync(join(folder, "d/f"), 0o640);
    linkSync(join(folder, "d/f"), join(folder, "d/g"));
    symlinkSync("g", join(folder, "d/s"));
    const index = new Map([["d/f", { mode: 0o4755, uid: 7, gid: 8 }]]);
    writeFileSync(join(folder, ROOT_INDEX_NAME), rootIndexText({}, index));
    const script = `
    cd /d
    b=/.aster/busybox
    $b stat -c '%n %a %u %g %h %s' f
    $b stat -c '%N' s
    $b tail -c 5 s; echo
    echo changed > g
    $b cat f
    [ -e /${ROOT_INDEX_NAME} ] || echo hidden
    $b rm f; $b ls`;
    const result = await runCommand({
      root: folder,
      argv: ["/.aster/busybox", "sh", "-c", script],
    });
    expect(Buffer.from(result.stdout).toString()).toBe(
      "f 4755 7 8 2 20000\n's' -> 'g'\n56789\nchanged\nhidden\ng\ns\n",
    );
    expect(existsSync(join(folder, "d/f"))).toBe(true);
  },
);
