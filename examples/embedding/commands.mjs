// SPDX-License-Identifier: MPL-2.0

import { boot, LimitError, SandboxError } from "@aster/sandbox";

const system = await boot({ env: { LANG: "C" } });
try {
  // A line for the shell, or a program and its arguments, which nothing interprets.
  console.log(await system.exec("echo out; echo err >&2; exit 3"));
  console.log(await system.exec(["echo", "$HOME; *"]));

  const { stdout } = await system.exec("tr a-z A-Z; pwd; echo $LANG-$WHO", {
    stdin: "hello\n",
    cwd: "/tmp",
    env: { WHO: "me" },
  });
  console.log(stdout);

  // Bytes in, bytes out; a hundred megabytes are no trouble when they come part by part.
  async function* parts() {
    for (let i = 0; i < 4; i++) yield new Uint8Array(65_536);
  }
  const { stdout: digest } = await system.exec(["sha256sum"], { stdin: parts() });
  console.log(digest.slice(0, 16));

  // What fails on our side is an error with a code; a command's own failure never is.
  for (const attempt of [
    () => system.exec(["no-such-program"]),
    () => system.exec("echo begun; sleep 60", { timeout: 500 }),
    () => system.exec("sleep 60", { signal: AbortSignal.abort("no longer wanted") }),
  ]) {
    try {
      await attempt();
    } catch (error) {
      if (!(error instanceof SandboxError)) throw error;
      console.log(error.code, error.errno ?? "-");
      if (error instanceof LimitError) console.log(error.limit, error.result?.stdout);
    }
  }
} finally {
  await system.close();
}
