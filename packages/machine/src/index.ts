// SPDX-License-Identifier: MPL-2.0

export { createMachine } from "./create-machine.ts";
export type { Machine, MachineOptions } from "./machine.ts";
export type { CompiledCodeExits, CpuStatistics } from "./cpu/cpu-options.ts";
export type { JitStatistics } from "./cpu/tier1/jit.ts";
export { compilationRefusal } from "./wasm/index.ts";
export type { BlockBackend } from "./devices/block-backend.ts";
export { MemoryBlockBackend } from "./devices/block-backend.ts";
export type { GuestMemory } from "./devices/guest-memory.ts";
export { VirtioBlock, type VirtioBlockOptions } from "./devices/virtio/block.ts";
export { VirtioConsole, type VirtioConsoleOptions } from "./devices/virtio/console.ts";
export { ConsolePort, type OutputSink } from "./devices/virtio/console-port.ts";
export type { VirtioDevice, VirtioTransport } from "./devices/virtio/device.ts";
export { VirtioEntropy } from "./devices/virtio/entropy.ts";
export { VirtioNineP, type NinePServer } from "./devices/virtio/ninep.ts";
export {
  HostClock,
  VirtualClock,
  type Clock,
  type VirtualClockOptions,
  type VirtualTime,
} from "./host/clock.ts";
export { hostEntropy, seededEntropy, type EntropySource } from "./host/entropy.ts";
