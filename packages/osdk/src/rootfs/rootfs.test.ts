// SPDX-License-Identifier: MPL-2.0

import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import {
  existsSync,
  mkdtempSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { findAlternatives, linkAlternatives } from "./alternatives.ts";
import { buildRoot } from "./build-root.ts";
import { readTar, type TarMember } from "./tar.ts";
import { RootTree } from "./tree.ts";

/** One member of an archive as GNU tar writes it. */
function member(name: string, type: string, data = "", target = ""): Buffer {
  const header = Buffer.alloc(512);
  header.write(name, 0, 100, "latin1");
  header.write("0004755\0", 100);
  header.write("0000003\0", 108);
  header.write("0000005\0", 116);
  header.write(`${data.length.toString(8).padStart(11, "0")}\0`, 124);
  header.write("00000000144\0", 136);
  header.write(type, 156);
  header.write(target, 157, 100, "latin1");
  header.write("ustar  \0", 257);
  const padded = Buffer.alloc(Math.ceil(data.length / 512) * 512);
  padded.write(data, "latin1");
  return Buffer.concat([header, padded]);
}

function archive(...members: readonly Buffer[]): Uint8Array {
  return Buffer.concat([...members, Buffer.alloc(1024)]);
}

describe("tar", () => {
  test("members come with owner, mode, time, link and data", () => {
    const [file, link] = readTar(
      archive(member("./a", "0", "data"), member("./b", "1", "", "./a")),
    );
    expect(file).toMatchObject({ path: "./a", type: "file", mode: 0o4755, uid: 3, gid: 5 });
    expect(file?.mtimeSeconds).toBe(100);
    expect(Buffer.from(file?.data ?? []).toString()).toBe("data");
    expect(link).toMatchObject({ type: "link", target: "./a" });
  });

  test("long names of GNU and pax stand above the short ones", () => {
    const long = `./${"n".repeat(150)}`;
    const pax = `${(" path=p\n".length + 1).toString()} path=p\n`;
    const found = [
      ...readTar(
        archive(
          member("L", "L", `${long}\0`),
          member("short", "0"),
          member("x", "x", pax),
          member("q", "5"),
        ),
      ),
    ];
    expect(found.map(({ path }) => path)).toEqual([long, "p"]);
  });

  test("a cut-off archive is an error", () => {
    expect(() => [...readTar(member("a", "0", "x".repeat(600)).subarray(0, 700))]).toThrow(
      /cut off/,
    );
  });
});

describe("alternatives", () => {
  test("calls that are spelled out are found, with their slaves", () => {
    const script = `if [ "$1" = configure ]; then
  update-alternatives --quiet --install /usr/bin/awk awk /usr/bin/gawk 10 \\
    --slave /usr/share/man/man1/awk.1.gz awk.1.gz /usr/share/man/man1/gawk.1.gz
  update-alternatives --install $LINK name /x 5
fi`;
    expect(findAlternatives(script)).toEqual([
      {
        link: "/usr/bin/awk",
        name: "awk",
        path: "/usr/bin/gawk",
        priority: 10,
        slaves: [
          {
            link: "/usr/share/man/man1/awk.1.gz",
            name: "awk.1.gz",
            path: "/usr/share/man/man1/gawk.1.gz",
          },
        ],
      },
    ]);
  });
});

describe("a tree", () => {
  let folder: string;
  let tree: RootTree;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "aster-tree-"));
    tree = new RootTree(folder);
  });
  afterEach(() => {
    rmSync(folder, { recursive: true });
  });

  const plain: TarMember = {
    path: "",
    type: "file",
    mode: 0o644,
    uid: 0,
    gid: 0,
    mtimeSeconds: 1,
    target: "",
    data: Buffer.from("data"),
  };

  test("what the host's file can not say goes to the index, and no set-user-ID to the host", () => {
    tree.add({ ...plain, path: "./usr/bin/su", mode: 0o4755, gid: 42 });
    tree.add({ ...plain, path: "plain" });
    expect(tree.index.get("usr/bin/su")).toEqual({ mode: 0o4755, gid: 42 });
    expect(statSync(join(folder, "usr/bin/su")).mode & 0o7777).toBe(0o755);
    expect(tree.index.has("plain")).toBe(false);
  });

  test("files go through the links of a merged /usr, and never out of the root", () => {
    tree.makeDirectory("usr/bin");
    tree.makeSymlink("bin", "usr/bin");
    tree.add({ ...plain, path: "./bin/", type: "directory" });
    tree.add({ ...plain, path: "./bin/sh" });
    expect(readlinkSync(join(folder, "bin"))).toBe("usr/bin");
    expect(existsSync(join(folder, "usr/bin/sh"))).toBe(true);
    symlinkSync("/etc", join(folder, "evil"));
    tree.add({ ...plain, path: "evil/aster-test" });
    expect(existsSync("/etc/aster-test")).toBe(false);
    expect(readFileSync(join(folder, "etc/aster-test"), "utf8")).toBe("data");
    tree.add({ ...plain, path: "../../up" });
    expect(existsSync(join(folder, "up"))).toBe(true);
  });

  test("a hard link is one file with its first name", () => {
    tree.add({ ...plain, path: "./a", mode: 0o2755 });
    tree.add({ ...plain, path: "./b", type: "link", target: "./a" });
    expect(statSync(join(folder, "b")).ino).toBe(statSync(join(folder, "a")).ino);
    expect(tree.index.get("b")).toEqual({ mode: 0o2755 });
  });

  test("the alternative with the highest priority is linked", () => {
    tree.makeFile("usr/bin/mawk", "");
    tree.makeFile("usr/bin/gawk", "");
    const one = { name: "awk", link: "/usr/bin/awk", slaves: [] };
    linkAlternatives(tree, [
      { ...one, path: "/usr/bin/gawk", priority: 10 },
      { ...one, path: "/usr/bin/mawk", priority: 5 },
      { ...one, path: "/usr/bin/none", priority: 50 },
    ]);
    expect(readlinkSync(join(folder, "etc/alternatives/awk"))).toBe("/usr/bin/gawk");
    expect(readlinkSync(join(folder, "usr/bin/awk"))).toBe("/etc/alternatives/awk");
  });

  test("an existing target and names that are none are refused before anything is fetched", async () => {
    writeFileSync(join(folder, "there"), "");
    await expect(buildRoot(["bash"], folder)).rejects.toThrow(/exists already/);
    await expect(buildRoot(["-oDir=/"], join(folder, "x"))).rejects.toThrow(/no name of a package/);
  });
});
