// SPDX-License-Identifier: MPL-2.0

import { boot } from "@aster/sandbox";

const system = await boot();
try {
  // Web streams: what is not read makes the command wait, what the command does not read, us.
  const bc = await system.spawn(["bc"]);
  const writer = bc.stdin.getWriter();
  const reader = bc.stdout.getReader();
  for (const term of ["6 * 7", "2 ^ 10"]) {
    await writer.write(`${term}\n`);
    const { value } = await reader.read();
    console.log(term, "=", new TextDecoder().decode(value).trim());
  }
  await writer.close();
  console.log(await bc.exit);

  const sleeper = await system.spawn("sleep 1000");
  sleeper.kill("SIGTERM");
  console.log(await sleeper.exit);

  const text = await new Response((await system.spawn("seq 3")).stdout).text();
  console.log(text.split("\n"));
} finally {
  await system.close();
}
