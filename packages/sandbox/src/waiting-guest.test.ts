// SPDX-License-Identifier: MPL-2.0

import { expect, test } from "@jest/globals";
import { INIT_PORTS, startSystem } from "./system.ts";
import { bootWaiting, PORT_FILES, runInWaiting } from "./waiting-guest.ts";

const start = (): ReturnType<typeof bootWaiting> =>
  bootWaiting((system) =>
    startSystem({ ...system, portNames: [...INIT_PORTS, PORT_FILES], memoryMiB: 64 }),
  );

const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString();

test("a guest that waits runs the command that it is sent, with its files, and powers off", async () => {
  const guest = await start();
  const result = await runInWaiting(guest, {
    argv: ["/bin/sh", "/tmp/script", "it's"],
    env: { A: "b" },
    cwd: "/root",
    files: [{ path: "/tmp/script", bytes: Buffer.from('pwd; cat; echo "$1 $A" >&2; exit 7\n') }],
    stdin: Buffer.from("from the host\n"),
    timeoutMs: 20_000,
  });
  expect(text(result.stdout)).toBe("/root\nfrom the host\n");
  expect(text(result.stderr)).toBe("it's b\n");
  expect(result.exitCode).toBe(7);
  expect((await guest.ended).reason).toBe("power-off");
});

test("what is sent leaves the guest's directories as they are", async () => {
  const { stdout } = await runInWaiting(await start(), {
    argv: ["stat", "-c", "%a", "/tmp", "/root", "/etc"],
    files: [
      { path: "/tmp/a", bytes: Buffer.from("a") },
      { path: "/root/b", bytes: Buffer.from("b") },
    ],
    timeoutMs: 20_000,
  });
  expect(text(stdout)).toBe("1777\n700\n755\n");
});
