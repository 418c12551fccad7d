// SPDX-License-Identifier: MPL-2.0

import { boot } from "@aster/sandbox";

const system = await boot();
try {
  const shell = await system.spawn(["sh"], {
    pty: { columns: 100, rows: 30 },
    env: { PS1: "$ ", TERM: "vt100" },
  });
  const keys = shell.stdin.getWriter();
  const output = shell.stdout.pipeThrough(new TextDecoderStream()).getReader();
  let screen = "";
  /** Reads what the terminal shows, until that matches. */
  const shows = async (pattern) => {
    while (!pattern.test(screen)) screen += (await output.read()).value;
    console.log("seen:", pattern);
  };

  await keys.write("stty size\r");
  await shows(/30 100/);
  shell.resize(120, 40);
  await keys.write("stty size; cat\r");
  await shows(/40 120/);
  await keys.write("to cat\r");
  await shows(/to cat\s+to cat/);
  await keys.write("\x03"); // Ctrl-C ends cat, not the shell
  await keys.write("echo status $?\r");
  await shows(/status 130/);
  await keys.close(); // the end of what is typed ends the shell
  console.log(await shell.exit);
} finally {
  await system.close();
}
