// SPDX-License-Identifier: MPL-2.0

import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { targetArchitecture } from "./architecture.ts";
import { findPlace, isKernelSource, theKernel } from "./project.ts";
import { isMember, memberDirectories, pnpmPatterns } from "./workspace.ts";
import { addToPnpm } from "../new/add-member.ts";

const KERNEL = 'import { main } from "@aster/ostd";\nexport default main(() => {});\n';
const LIBRARY = "export const x = 1;\n";
const ON_OSTD = JSON.stringify({ name: "p", dependencies: { "@aster/ostd": "*" } });

let root = "";
beforeEach(() => {
  root = realpathSync(mkdtempSync(join(tmpdir(), "osdk-project-")));
});
afterEach(() => rmSync(root, { recursive: true }));

function write(files: Record<string, string>): void {
  for (const [file, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, file)), { recursive: true });
    writeFileSync(join(root, file), text);
  }
}

describe("the place that commands act on", () => {
  test("is the project around the folder", () => {
    write({ "a/package.json": '{"name":"@s/a"}', "a/OSDK.toml": "", "a/src/main.ts": KERNEL });
    const { projects, manifest } = findPlace(join(root, "a", "src"));
    expect(projects).toMatchObject([{ name: "a", type: "kernel", directory: join(root, "a") }]);
    expect(manifest).toBe(join(root, "a", "OSDK.toml"));
  });

  test("is a member with the workspace's manifest, or with its own alone", () => {
    write({
      "pnpm-workspace.yaml": "packages: [k, lib]\n",
      "OSDK.toml": "",
      "k/package.json": ON_OSTD,
      "k/src/main.ts": KERNEL,
      "lib/package.json": ON_OSTD,
      "lib/src/index.ts": LIBRARY,
      "lib/OSDK.toml": "",
    });
    expect(findPlace(join(root, "k"))).toMatchObject({
      manifest: join(root, "OSDK.toml"),
      projects: [{ type: "kernel" }],
    });
    expect(findPlace(join(root, "lib"))).toMatchObject({
      manifest: join(root, "lib", "OSDK.toml"),
      projects: [{ type: "library" }],
    });
    expect(findPlace(root).projects).toHaveLength(2);
  });

  test("is one whose manifest can not be read too: the link is told, not passed over", () => {
    write({ "a/package.json": '{"name":"a"}', "a/src/main.ts": KERNEL });
    symlinkSync("nowhere", join(root, "a", "OSDK.toml"));
    expect(findPlace(join(root, "a")).manifest).toBe(join(root, "a", "OSDK.toml"));
  });

  test("is none with a manifest alone", () => {
    write({ "a/OSDK.toml": "" });
    expect(() => findPlace(join(root, "a"))).toThrow(/has OSDK.toml, but no package.json/);
  });

  test("is the default members in a workspace that names some", () => {
    write({
      "package.json": '{"osdk":{"members":["k"]}}',
      "pnpm-workspace.yaml": 'packages:\n  - "*"\n',
      "OSDK.toml": "",
      "k/package.json": ON_OSTD,
      "k/src/main.ts": KERNEL,
      "k2/package.json": ON_OSTD,
      "k2/src/main.ts": KERNEL,
    });
    expect(findPlace(root).projects.map(({ directory }) => directory)).toEqual([join(root, "k")]);
  });

  test("is nothing in a folder without any", () => {
    expect(findPlace(root)).toMatchObject({ projects: [], manifest: undefined });
  });

  test.each([
    ["{", /package\.json: not valid JSON/],
    ["[]", /expected an object/],
    ['{"osdk":{"member":[]}}', /unknown key "member" in osdk; expected one of members, features/],
    ['{"osdk":{"members":"k"}}', /osdk\.members: expected an array of strings/],
    ['{"osdk":{"features":{"a":1}}}', /osdk\.features\.a: expected an array of strings/],
  ])("tells what is wrong with the package.json %s", (text, message) => {
    write({ "package.json": text, "OSDK.toml": "", "src/main.ts": KERNEL });
    expect(() => findPlace(root)).toThrow(message);
  });
});

describe("the kernel of a place", () => {
  const project = (name: string, type: "kernel" | "library") => ({
    name,
    type,
    directory: "/p",
    entry: "/p/src/main.ts",
    packageJson: { name, version: "", dependencies: {}, workspaces: [], osdk: { features: {} } },
  });

  test("is the only one", () => {
    const projects = [project("a", "library"), project("b", "kernel")];
    expect(theKernel(projects, "/p").name).toBe("b");
    expect(() => theKernel([project("a", "library")], "/p")).toThrow(/a is a library/);
    expect(() => theKernel([], "/p")).toThrow(/\/p has no kernel/);
    const two = [project("a", "kernel"), project("b", "kernel")];
    expect(() => theKernel(two, "/p")).toThrow(/2 kernels \(a, b\); one is expected/);
  });

  test.each([
    [KERNEL, true],
    [
      'import {\n  println,\n  main as start,\n} from "@aster/ostd";\nexport default start(f);',
      true,
    ],
    ['import { println } from "@aster/ostd";\nexport default 1;', false],
    ['// import { main } from "@aster/ostd";\nexport default 1;', false],
    ['import { main } from "./other.ts";\nexport default main(f);', false],
  ])("is told by its source: %j", (source, expected) => {
    expect(isKernelSource(source)).toBe(expected);
  });
});

describe("workspaces", () => {
  test.each([
    ["packages: [a, 'b/*', \"c\"]", ["a", "b/*", "c"]],
    ["packages:\n  - a\n  # why\n  - 'b/*' # all\nother: 1\n  - no", ["a", "b/*"]],
    ["packages: []", []],
    ["packages:", []],
    ["other:\n  - x", undefined],
  ])("read the members of %j", (yaml, expected) => {
    expect(pnpmPatterns(yaml)).toEqual(expected);
  });

  test.each([
    ["packages: []\n", "packages: [new]\n"],
    ["packages: [a, b]\nx: 1\n", "packages: [a, b, new]\nx: 1\n"],
    ["packages:\n  - a\nx: 1\n", "packages:\n  - a\n  - new\nx: 1\n"],
    ["packages:\n- a\n", "packages:\n- a\n- new\n"],
    ["packages:\n", "packages:\n  - new\n"],
  ])("take a new member in %j", (yaml, expected) => {
    expect(addToPnpm(yaml, "new").trim()).toBe(expected.trim());
    expect(pnpmPatterns(addToPnpm(yaml, "new"))).toContain("new");
  });

  test("expand stars, and leave out what is excluded", () => {
    write({
      "packages/a/package.json": "{}",
      "packages/b/package.json": "{}",
      "packages/none/x": "",
      "deep/x/y/package.json": "{}",
    });
    const workspace = { directory: root, patterns: ["packages/*", "deep/**", "!packages/b"] };
    expect(memberDirectories(workspace).map((path) => path.slice(root.length + 1))).toEqual([
      ...["deep/x/y", "packages/a"],
    ]);
    expect(isMember(workspace, join(root, "packages", "new"))).toBe(true);
    expect(isMember(workspace, join(root, "packages", "b"))).toBe(false);
    expect(isMember(workspace, join(root, "other"))).toBe(false);
  });
});

describe("the architecture", () => {
  const variable = "OSDK_TARGET_ARCH";
  afterEach(() => {
    delete process.env[variable];
  });

  test("is that of the option, then of the variable, then the only supported one", () => {
    const method = "qemu-direct";
    process.env[variable] = "aarch64";
    expect(targetArchitecture({ option: "riscv64", method, supported: undefined })).toBe("riscv64");
    expect(targetArchitecture({ option: undefined, method, supported: undefined })).toBe("aarch64");
    delete process.env[variable];
    const supported = ["loongarch64"] as const;
    expect(targetArchitecture({ option: undefined, method, supported })).toBe("loongarch64");
  });

  test("is x86_64 on the built-in machine, and nothing else", () => {
    const method = "builtin";
    expect(targetArchitecture({ option: undefined, method, supported: undefined })).toBe("x86_64");
    const riscv = { option: "riscv64", method, supported: undefined } as const;
    expect(() => targetArchitecture(riscv)).toThrow(/the built-in machine is x86_64/);
  });

  test("must be known and supported", () => {
    const method = "qemu-direct";
    const request = { option: "riscv64", method, supported: ["x86_64"] } as const;
    expect(() => targetArchitecture(request)).toThrow(
      /not among supported_archs, which has x86_64/,
    );
    process.env[variable] = "vax";
    const other = { option: undefined, method, supported: undefined } as const;
    expect(() => targetArchitecture(other)).toThrow(/OSDK_TARGET_ARCH=vax: expected one of/);
  });
});
