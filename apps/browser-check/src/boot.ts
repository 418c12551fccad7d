// SPDX-License-Identifier: MPL-2.0

import { VirtioConsole, VirtioEntropy, createMachine, hostEntropy } from "@aster/machine";
import kernel from "@aster/kernel";
import { bootKernel } from "@aster/ostd/boot";
import type { BootOutcome } from "./messages.ts";

const RAM_BYTES = 256 * 1024 * 1024;

/** What a guest is made of, as the server has it. */
interface GuestFiles {
  readonly initramfs: Uint8Array;
  readonly commandLine: string;
  readonly ports: readonly string[];
}

async function load(name: string): Promise<Response> {
  const response = await fetch(name);
  if (!response.ok) throw new Error(`${name}: ${response.status}`);
  return response;
}

async function loadGuest(): Promise<GuestFiles> {
  const [image, settings] = await Promise.all([load("initramfs.cpio"), load("guest.json")]);
  const { commandLine, ports } = (await settings.json()) as Omit<GuestFiles, "initramfs">;
  return { initramfs: new Uint8Array(await image.arrayBuffer()), commandLine, ports };
}

/** Boots a guest to its shell, types `input` into it, and waits until it powers off. */
export async function boot(jit: "off" | "on", input: string): Promise<BootOutcome> {
  const { initramfs, commandLine, ports } = await loadGuest();
  const tier0 = await WebAssembly.compileStreaming(load("tier0.wasm"));
  const console = new VirtioConsole({ portNames: ports });
  const decoder = new TextDecoder();
  let output = "";
  console.terminal.output = (bytes) => {
    output += decoder.decode(bytes, { stream: true });
    return true;
  };
  const start = performance.now();
  const machine = createMachine({
    ramBytes: RAM_BYTES,
    kernelCommandLine: commandLine,
    initramfs,
    tier0: tier0 as object,
    jit,
    devices: [console, new VirtioEntropy(hostEntropy)],
  });
  console.terminal.send(new TextEncoder().encode(input));
  await bootKernel(kernel, machine);
  const { instructions, instructionsCompiledCode, jit: compiler } = machine.statistics;
  return {
    output,
    exitCode: machine.stopped?.code ?? 0,
    milliseconds: performance.now() - start,
    instructions,
    instructionsCompiledCode,
    regionsCompiled: compiler?.regionsCompiled ?? 0,
  };
}
