// SPDX-License-Identifier: MPL-2.0

import { LanguageServer } from "@aster/scml/lsp";

// What `scml lsp` does, in a file of its own, so that the extension needs no other installation.
const server = new LanguageServer((text) => void process.stdout.write(text));
process.stdin.on("data", (bytes: Buffer) => {
  server.receive(bytes);
  if (server.exitCode !== undefined) process.exit(server.exitCode);
});
process.stdin.on("end", () => process.exit(server.exitCode ?? 1));
