// SPDX-License-Identifier: MPL-2.0

// Runs a command once, as `aster run` does, and keeps what V8 has compiled for it beside the bundles: of the command itself and
// of the kernel. That is for this version of V8, others compile; and for where the bundles stand now.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setFlagsFromString } from "node:v8";
import { compileBundle, makeCodeCache, runBundle } from "../dist/code-cache.js";
import { loadBusybox } from "../dist/initramfs/busybox.js";
import { CpioWriter } from "../dist/initramfs/cpio.js";
import { readAppletPaths } from "../dist/initramfs/busybox-applets.js";

const bundles = new URL("../dist/bundle/", import.meta.url);
const runFile = new URL("kept-run.js", bundles);
const kernelFile = new URL("kernel.js", bundles);
const kernelCode = new URL("kernel.cache", bundles);

/**
 * With the busybox of the machine that builds: its input to its output, and what commands do mostly. What a busybox lacks of
 * it is not done, and where there is none PROGRAM makes do: code that is not kept is compiled in each run that needs it.
 */
const SCRIPT = `
cat
{
  seq 1 3000 | sort -r | md5sum
  ls -l / /proc | grep a | sed s/a/b/ | wc
  find / -xdev -name '*.conf' | head -n 3
  i=0
  while [ $i -lt 3000 ]; do i=$((i + 1)); done
  awk 'BEGIN { for (i = 1; i < 2000; i++) s += sqrt(i) / i; print s }'
  mkdir /tmp/a && cp /bin/busybox /tmp/a/b && mv /tmp/a/b /tmp/c && rm -r /tmp/a /tmp/c
} >/dev/null 2>&1
exit 0
`;

/** Copies its input to its output, and counts down for long enough to be compiled. */
const PROGRAM = [
  ...[0x31, 0xc0, 0x31, 0xff], // xor eax, eax; xor edi, edi
  ...[0xbe, 0x00, 0x00, 0x60, 0x00], // mov esi, 0x600000
  ...[0xba, 0x00, 0x00, 0x01, 0x00], // mov edx, 0x10000
  ...[0x0f, 0x05, 0x85, 0xc0, 0x7e, 0x10], // syscall; test eax, eax; jle done
  ...[0x89, 0xc2, 0xb8, 0x01, 0x00, 0x00, 0x00], // mov edx, eax; mov eax, 1
  ...[0xbf, 0x01, 0x00, 0x00, 0x00, 0x0f, 0x05], // mov edi, 1; syscall
  ...[0xeb, 0xdc], // jmp start
  ...[0xb9, 0x80, 0x96, 0x98, 0x00], // done: mov ecx, 10000000
  ...[0x83, 0xe9, 0x01, 0x75, 0xfb], // again: sub ecx, 1; jnz again
  ...[0xb8, 0x3c, 0x00, 0x00, 0x00, 0x31, 0xff, 0x0f, 0x05], // mov eax, 60; xor edi, edi; syscall
];

/** An executable of `code`, at 0x400078, and 64 KiB of zeros at 0x600000. */
function elf(code) {
  const bytes = new Uint8Array(176 + code.length);
  const view = new DataView(bytes.buffer);
  bytes.set([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1]);
  view.setUint32(16, 2 | (62 << 16), true);
  view.setUint32(20, 1, true);
  view.setUint32(24, 0x4000b0, true);
  view.setUint32(32, 64, true);
  view.setUint32(52, 64 | (56 << 16), true);
  view.setUint32(56, 2, true);
  const segment = (at, flags, address, fileBytes, memoryBytes) => {
    view.setUint32(at, 1, true);
    view.setUint32(at + 4, flags, true);
    view.setUint32(at + 16, address, true);
    view.setUint32(at + 32, fileBytes, true);
    view.setUint32(at + 40, memoryBytes, true);
    view.setUint32(at + 48, 0x1000, true);
  };
  segment(64, 5, 0x400000, bytes.length, bytes.length);
  segment(120, 6, 0x600000, 0, 0x10000);
  bytes.set(code, 176);
  return bytes;
}

function hasBusybox() {
  try {
    return readAppletPaths(loadBusybox()) !== undefined;
  } catch {
    return false;
  }
}

const folder = mkdtempSync(join(tmpdir(), "aster-code-"));
try {
  const archive = new CpioWriter();
  archive.addFile("/bin/copy", elf(PROGRAM), 0o755);
  const initramfs = join(folder, "initramfs");
  writeFileSync(initramfs, archive.finish());
  // None yet, but the kernel is evaluated as with one.
  writeFileSync(kernelCode, makeCodeCache(kernelFile.href, Buffer.alloc(0)));
  setFlagsFromString("--no-flush-bytecode");
  const script = compileBundle(runFile);
  const { keepConfinedCode, runCli } = runBundle(script, runFile);
  const what = hasBusybox()
    ? { command: ["/bin/sh", "-c", SCRIPT] }
    : { command: ["/bin/copy"], initramfs };
  const code = await runCli(what);
  if (code !== 0) throw new Error(`the command that code is kept of failed: ${code}`);
  // The flags are part of what the code is for.
  setFlagsFromString("--flush-bytecode");
  writeFileSync(kernelCode, keepConfinedCode());
  const runCode = makeCodeCache(runFile.href, script.createCachedData());
  writeFileSync(new URL("kept-run.cache", bundles), runCode);
} finally {
  rmSync(folder, { recursive: true });
}
