// SPDX-License-Identifier: MPL-2.0

import { join } from "node:path";
import type { ExtensionContext } from "vscode";
import { LanguageClient, TransportKind } from "vscode-languageclient/node";

let client: LanguageClient | undefined;

/** Called by VS Code when the first SCML file is opened. */
export async function activate(context: ExtensionContext): Promise<void> {
  const module = join(context.extensionPath, "server.cjs");
  client = new LanguageClient(
    "scml",
    "SCML",
    { module, transport: TransportKind.stdio },
    { documentSelector: [{ language: "scml" }] },
  );
  await client.start();
}

export async function deactivate(): Promise<void> {
  await client?.stop();
  client = undefined;
}
