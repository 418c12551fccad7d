// SPDX-License-Identifier: MPL-2.0

import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "@jest/globals";
import { joinQemuArguments, parseQemuArguments, wordsOfArguments } from "./arguments.ts";
import { evaluateArguments } from "./evaluate.ts";
import { checkGiven } from "./given-files.ts";
import { obstacles } from "./obstacles.ts";
import { planBoot, setUpQemu } from "./plan.ts";
import { quoteWord, splitWords } from "./split-words.ts";

const directory = mkdtempSync(join(tmpdir(), "osdk-qemu-"));
afterAll(() => rmSync(directory, { recursive: true }));

describe("splitWords", () => {
  test.each([
    ["a  b\tc\nd", ["a", "b", "c", "d"]],
    ["'a b' \"c d\" e\\ f", ["a b", "c d", "e f"]],
    ["'' \"\"", ["", ""]],
    ['"a\\"b\\\\c\\d" \'a\\b\'', ['a"b\\c\\d', "a\\b"]],
    ["a \\\n b", ["a", "b"]],
    ["a#b # c d\ne", ["a#b", "e"]],
    ['-object \'{ "id": "x" }\'', ["-object", '{ "id": "x" }']],
  ])("splits %j as a shell does", (text, words) => {
    expect(splitWords(text)).toEqual(words);
  });

  test.each([["'a"], ['"a'], ['"a\\"']])("refuses %j", (text) => {
    expect(() => splitWords(text)).toThrow(/quote has no end/);
  });

  test.each([["a b"], ["it's"], [""], ["$HOME"], ["a\nb"]])("%j comes back from quotes", (word) => {
    expect(splitWords(quoteWord(word))).toEqual([word]);
  });
});

describe("qemu.args", () => {
  const evaluate = (text: string): Promise<string[]> => evaluateArguments(text, directory);

  test("are expanded by a shell in the manifest's folder, once", async () => {
    process.env["OSDK_TEST_MEM"] = "3G";
    expect(await evaluate("-m ${OSDK_TEST_MEM-:8G} -smp ${OSDK_TEST_NONE-2}")).toEqual([
      ...["-m", "3G", "-smp", "2"],
    ]);
    expect(await evaluate("$(echo -m 1G; echo x >> count) -name `pwd`")).toEqual([
      ...["-m", "1G", "-name", directory],
    ]);
    expect(readFileSync(join(directory, "count"), "utf8")).toBe("x\n");
  });

  test("keep quotes, also those with backslashes as the Book writes them", async () => {
    expect(await evaluate(`-object '{ \\"id\\": \\"x\\" }' -name "a b"`)).toEqual([
      ...["-object", '{ "id": "x" }', "-name", "a b"],
    ]);
  });

  test("may have comments, whose contents are not expanded", async () => {
    expect(await evaluate("-m 1G # `false` is not run\n-smp 1")).toEqual(["-m", "1G", "-smp", "1"]);
  });

  test("run a command only where it is needed", async () => {
    process.env["OSDK_TEST_MEM"] = "3G";
    expect(await evaluate("-m ${OSDK_TEST_MEM:-$(exit 3)}")).toEqual(["-m", "3G"]);
  });

  test.each([
    ["$(case a in a) echo -m 1G;; esac)", ["-m", "1G"]],
    ["$(cat <<END\n-name x)\nEND\n)", ["-name", "x)"]],
    ["$(# it's a comment\necho -m 1G)", ["-m", "1G"]],
    [`-name $(echo '$(false)' | tr -d '$()')`, ["-name", "false"]],
    ["-name $((1+2))", ["-name", "3"]],
    ["$()-m 1G", ["-m", "1G"]],
    ["-name \\$\\(exit 3\\)", ["-name", "$(exit", "3)"]],
  ])("are the shell's: %s", async (text, words) => {
    expect(await evaluate(text)).toEqual(words);
  });

  test.each([
    ["$(exit 3) -m 1G", /the command `exit 3` failed with exit code 3/],
    ["-m 1G $(echo ok) `nonexistent-program`", /nonexistent-program` failed with exit code 127/],
    ["-m $(echo '(' ; false)", /failed with exit code 1/],
    ["-name `echo $(false)x`", /the command `false` failed with exit code 1/],
    ['-name $(echo "$(exit 4)")', /the command `exit 4` failed with exit code 4/],
    ["-name ${OSDK_TEST_NONE:-$(exit 5)}", /the command `exit 5` failed with exit code 5/],
    ["-name $(echo '", /the shell ended with exit code/],
    ["-m ${OSDK_TEST_NONE:?is needed}", /the shell ended with exit code/],
    ["-name 'open", /a single quote has no end/],
  ])("that fail are an error: %s", async (text, message) => {
    await expect(evaluate(text)).rejects.toThrow(message);
  });
});

describe("arguments", () => {
  const parse = (text: string) => parseQemuArguments(splitWords(text));

  test.each([
    ["-m 1G -kernel x", /"-kernel" is not allowed to be set/],
    ["--append x", /"--append" is not allowed/],
    ["-m 1G --m 2G", /"--m" is given twice/],
    ["-nographic yes", /"-nographic" takes no value, and "yes" follows it/],
    ["-machine -m 1G", /"-machine" needs a value/],
    ["file.img", /"file.img": expected -KEY, or -KEY VALUE/],
    ["-kernel=x", /"-kernel=x": expected -KEY/],
    ["-M q35 -machine microvm", /"-machine" is given twice/],
  ])("%s is refused", (text, message) => {
    expect(() => parse(text)).toThrow(message);
  });

  test("devices, monitors and the like stand several times, an unknown key once", () => {
    expect(parse("-device a -device b -monitor pty -monitor stdio -new-thing x")).toHaveLength(5);
    expect(() => parse("-new-thing x -new-thing y")).toThrow(/given twice/);
  });

  test("of the command line replace those of the manifest in their place", () => {
    const joined = joinQemuArguments(parse("-m 1G -device a"), parse("-smp 2 -device b --m 2G"));
    expect(wordsOfArguments(joined).join(" ")).toBe("--m 2G -device a -smp 2 -device b");
  });
});

describe("what a run names is looked at first:", () => {
  test.each([
    [{ initramfs: "/nonexistent" }, /cannot read the initramfs \/nonexistent: .*no such file/],
    [{ initramfs: tmpdir() }, /cannot read the initramfs .*: it is a folder/],
    [{ disks: ["/nonexistent"] }, /the disk \/nonexistent: .*no such file/],
    [{ disks: [`${tmpdir()}:ro`] }, /the disk .*: it is a folder/],
    [{ memoryMiB: 0 }, "memory of 0 MiB: expected 16 or more"],
  ])("%j", (options, message) => {
    expect(() => checkGiven(options)).toThrow(message);
  });
});

describe("a plan", () => {
  const request = {
    manifestDirectory: "/p",
    arch: "x86_64",
    name: "myos",
    targetDirectory: "/p/target",
    extraArguments: ["-m 2G"],
  } as const;
  const action = { build: {}, grub: {}, supportedArchs: undefined };
  const channels = { directory: "/c,d", log: true, console: true, ports: ["a.b"], report: false };
  const boot = { kernelCommandLine: "a=1 -- sh", initramfs: "/p/i.cpio", channels };

  test("of a direct boot names kernel, initramfs, command line, and what the user left out", async () => {
    const setup = await setUpQemu({
      ...request,
      manifestDirectory: directory,
      action: { ...action, boot: { method: "qemu-direct" }, qemu: { args: "-m 1G" } },
      disks: ["/d1", "/d2:ro"],
    });
    const [command = []] = planBoot(setup, boot);
    expect(command.slice(0, 7)).toEqual([
      ...["qemu-system-x86_64", "-kernel", "/p/target/myos.elf", "-initrd", "/p/i.cpio"],
      ...["-append", "a=1 -- sh"],
    ]);
    const text = command.join(" ");
    expect(text).toMatch(/-machine microvm,acpi=off\S* -nodefaults -no-user-config /);
    expect(text).toMatch(/-cpu max .* -device isa-debug-exit,iobase=0xf4,iosize=4 /);
    expect(text).toContain(
      "id=osdk-disk1,file=/d2,readonly=on -device virtio-blk-device,drive=osdk-disk1",
    );
    expect(text).toContain("-chardev socket,id=osdk-a.b,path=/c,,d/a.b");
    expect(text).toContain("-device virtserialport,bus=osdk.0,chardev=osdk-a.b,name=a.b");
    expect(text.endsWith(" -m 2G")).toBe(true);
    expect(text.match(/ -m /g)).toHaveLength(1);
  });

  test("leaves alone what the user says of the machine", async () => {
    const setup = await setUpQemu({
      ...request,
      manifestDirectory: directory,
      action: {
        ...action,
        boot: { method: "qemu-direct" },
        qemu: { args: "-M q35 -cpu host -nographic -no-reboot -device isa-debug-exit,iobase=1" },
      },
    });
    expect(setup.machine).toEqual({
      args: ["-device", "virtio-rng-pci"],
      transport: "pci",
      guard: "",
      hasOwnConsole: true,
      hasOwnSerial: true,
    });
  });

  test("has microvm tell its devices on the kernel's command line, unless the user says otherwise", async () => {
    const machineOf = async (args: string): Promise<string> => {
      const qemu = { args: "" };
      const direct = { ...action, boot: { method: "qemu-direct" as const }, qemu };
      const setup = await setUpQemu({
        ...{ ...request, manifestDirectory: directory, action: direct, extraArguments: [args] },
      });
      return `${setup.machine.args.join(" ")}; ${obstacles(setup).join("; ")}`;
    };
    expect(await machineOf("-machine microvm,rtc=off")).toContain("-machine acpi=off");
    expect(await machineOf("-M microvm -no-acpi")).not.toContain("acpi");
    expect(await machineOf("-machine microvm,acpi=on")).toMatch(/; microvm with ACPI .* acpi=off/);
  });

  test.each([
    [
      "grub-qcow2",
      "",
      /if=none,id=osdk-boot .* -device virtio-blk-pci,drive=osdk-boot,bootindex=0$/,
    ],
    ["grub-rescue-iso", "", /media=cdrom -boot order=dc /],
    ["grub-rescue-iso", "-boot menu=on", /media=cdrom -machine q35 .* -boot menu=on/],
  ] as const)(
    "with %s %s boots what OSDK made, not a disk of the user's",
    async (method, args, words) => {
      const setup = await setUpQemu({
        ...{ ...request, manifestDirectory: directory, extraArguments: [args] },
        action: { ...action, boot: { method }, qemu: {} },
        disks: ["/d1"],
      });
      expect(planBoot(setup, boot).at(-1)?.join(" ")).toMatch(words);
    },
  );

  test("with GRUB makes an image first", async () => {
    const setup = await setUpQemu({
      ...request,
      manifestDirectory: directory,
      action: { ...action, boot: { method: "grub-qcow2" }, qemu: { path: "~/kvm" } },
    });
    expect(planBoot(setup, boot).map(([program]) => program)).toEqual([
      ...["grub-mkrescue", "qemu-img", join(process.env["HOME"] ?? "", "kvm")],
    ]);
  });
});
