// SPDX-License-Identifier: MPL-2.0

/** Names of the Linux-compatible kernel's system calls by number, for traces. */
export async function syscallNames(): Promise<ReadonlyMap<number, string>> {
  const { SYSCALLS } = await import("@aster/kernel");
  return new Map(SYSCALLS.map(({ name, number }) => [number.x86_64, name]));
}
