// SPDX-License-Identifier: MPL-2.0

// Boots v86 with the initrd of the loops, and prints what its serial line says until all have run.
//   node guest.mjs V86-DIRECTORY BZIMAGE INITRD BIOS VGA-BIOS SECONDS

import { join } from "node:path";
import { pathToFileURL } from "node:url";

const [directory = "", image, initrd, bios, vgaBios, seconds] = process.argv.slice(2);
const { V86 } = await import(pathToFileURL(join(directory, "build", "libv86.mjs")).href);

const emulator = new V86({
  wasm_path: join(directory, "build", "v86.wasm"),
  memory_size: 512 * 1024 * 1024,
  bios: { url: bios },
  vga_bios: { url: vgaBios },
  bzimage: { url: image },
  initrd: { url: initrd },
  cmdline: "console=ttyS0 quiet tsc=reliable mitigations=off random.trust_cpu=on",
  disable_keyboard: true,
  disable_mouse: true,
  autostart: true,
});

let line = "";
emulator.add_listener("serial0-output-byte", (byte) => {
  const character = String.fromCharCode(byte);
  if (character === "\r") return;
  line += character;
  if (character !== "\n") return;
  process.stdout.write(line);
  if (line.startsWith("LOOPS DONE")) process.exit(0);
  line = "";
});
setTimeout(
  () => {
    process.stdout.write(`${line}\nnothing more after ${seconds} s\n`);
    process.exit(1);
  },
  Number(seconds) * 1000,
);
