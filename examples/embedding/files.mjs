// SPDX-License-Identifier: MPL-2.0

import { boot } from "@aster/sandbox";

const system = await boot({
  files: [{ path: "/etc/motd", bytes: new TextEncoder().encode("welcome\n"), mode: 0o644 }],
});
const { fs } = system;
try {
  console.log(await fs.readFile("/etc/motd", "utf8"));
  await fs.mkdir("/work/in", { recursive: true });
  await fs.writeFile("/work/in/numbers", "3\n1\n2\n");
  await system.exec("sort in/numbers > sorted", { cwd: "/work" });
  console.log((await fs.readFile("/work/sorted", "utf8")).split("\n"));

  const { type, size, mode } = await fs.stat("/work/sorted");
  console.log(type, size, mode.toString(8));
  console.log(await fs.readdir("/work"));

  // Part by part, without a limit on the size.
  let bytes = 0;
  await system.exec("head -c 5000000 /dev/urandom > big", { cwd: "/work" });
  for await (const part of fs.readStream("/work/big")) bytes += part.length;
  console.log(bytes);

  await fs.rm("/work", { recursive: true });
  await fs.stat("/work").catch(({ code, errno, path }) => console.log(code, errno, path));
} finally {
  await system.close();
}
