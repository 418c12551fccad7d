// SPDX-License-Identifier: MPL-2.0

/** What `run --watch` sends to a process that stands by. */
export interface StandbyMessage {
  readonly bundle: string;
}

/**
 * Loads what a boot needs, and waits to be told which bundle to boot. Ends the process when
 * nobody is there any more to tell it.
 */
export async function standBy(): Promise<string> {
  const told = new Promise<string>((resolve) => {
    process.once("message", (message) => resolve((message as StandbyMessage).bundle));
  });
  process.once("disconnect", () => process.exit());
  const { createMachine } = await import("@aster/machine");
  const { loadTier0 } = await import("@aster/machine/node");
  const { preloadRun } = await import("@aster/sandbox/cli");
  const { hardenRealm } = await import("@aster/sandbox/compartment");
  await Promise.all([
    preloadRun(),
    import("@aster/ostd/boot"),
    import("./load-kernel.ts"),
    import("./run-project.ts"),
  ]);
  await hardenRealm();
  // The first machine of a process compiles the CPU.
  const tier0 = loadTier0();
  createMachine({ ramBytes: 8 * 1024 * 1024, ...(tier0 && { tier0 }) });
  const bundle = await told;
  process.removeAllListeners("disconnect");
  process.disconnect();
  return bundle;
}
