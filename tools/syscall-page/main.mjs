// SPDX-License-Identifier: MPL-2.0

// Writes docs/system-calls.md from the declarations of the system calls, so that the page can not
// say more than the kernel does. With --check it fails where the page is not what it would write.

import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const PAGE = fileURLToPath(new URL("../../docs/system-calls.md", import.meta.url));
const TABLE = new URL("../../packages/kernel/dist/syscall/table.js", import.meta.url);

const HELP = `Usage: node tools/syscall-page/main.mjs [--check]

Writes docs/system-calls.md from the kernel's declarations; build @aster/kernel first.

  --check   write nothing; exit with 1 where the page is out of date
`;

function pageOf(syscalls) {
  const rows = [...syscalls]
    .sort((a, b) => a.number.x86_64 - b.number.x86_64)
    .map(({ name, number, args, support, note }) => {
      const signature = `${name}(${args.map((arg) => arg.name).join(", ")})`;
      return `| ${number.x86_64} | \`${signature}\` | ${support} | ${note ?? ""} |`;
    });
  const partial = syscalls.filter((syscall) => syscall.support === "partial").length;
  return `# System calls

Made from the declarations under \`packages/kernel/src/syscall/\` by \`tools/syscall-page\`; do not edit.

${syscalls.length} system calls of x86-64 Linux, ${partial} of them in part. Every other number gives
\`ENOSYS\`, and one line in the kernel's log. Which flags each call takes is said by
[kernel.scml](kernel.scml), in rules that programs can be matched with.

| number | call | support | note |
| --- | --- | --- | --- |
${rows.join("\n")}
`;
}

const [option] = process.argv.slice(2);
if (option === "--help") {
  process.stdout.write(HELP);
} else if (option !== undefined && option !== "--check") {
  process.stderr.write(`syscall-page: unknown argument "${option}"\n${HELP}`);
  process.exitCode = 2;
} else {
  const { SYSCALLS } = await import(TABLE.href);
  const page = pageOf(SYSCALLS);
  if (option === undefined) {
    writeFileSync(PAGE, page);
  } else if (readFileSync(PAGE, "utf8") !== page) {
    process.stderr.write(
      "docs/system-calls.md is out of date; run: node tools/syscall-page/main.mjs\n",
    );
    process.exitCode = 1;
  }
}
