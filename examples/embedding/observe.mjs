// SPDX-License-Identifier: MPL-2.0

import { boot } from "@aster/sandbox";

/** Which files a command opened, and whether it could. */
const opened = [];
const system = await boot({
  onSyscall: (event) => {
    if (event.kind !== "call" || !event.name.startsWith("open")) return;
    opened.push([event.args.find((argument) => argument.startsWith('"')), event.errno ?? "ok"]);
  },
});
try {
  await system.exec(["cat", "/etc/passwd", "/etc/shadow"]);
} finally {
  await system.close();
}
for (const [path, outcome] of opened) console.log(path, outcome);
