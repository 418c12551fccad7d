// SPDX-License-Identifier: MPL-2.0

import type { HostPort } from "@aster/machine/node";

interface Reply {
  readonly return?: unknown;
  readonly error?: { readonly desc?: string };
}

/** QEMU's control channel: the QEMU Machine Protocol, one command at a time. */
export class QmpClient {
  private readonly port: HostPort;
  private readonly waiting: ((reply: Reply) => void)[] = [];
  private text = "";

  private constructor(port: HostPort) {
    this.port = port;
    port.output = (bytes) => {
      this.receive(Buffer.from(bytes).toString("utf8"));
      return true;
    };
  }

  /** Takes the channel, and ends its negotiation. `ended`: of QEMU. Rejects with `Error`. */
  static async open(port: HostPort, ended: Promise<unknown>): Promise<QmpClient> {
    const client = new QmpClient(port);
    void ended.then(() => client.end());
    await client.execute("qmp_capabilities");
    return client;
  }

  /** What the command returns. Rejects with `Error` when QEMU refuses it, or is gone. */
  execute(command: string, args: Readonly<Record<string, unknown>> = {}): Promise<unknown> {
    return new Promise((resolve, reject) => {
      this.waiting.push(({ error, return: result }) => {
        if (error === undefined) resolve(result);
        else reject(new Error(`QEMU: ${command}: ${error.desc ?? "failed"}`));
      });
      this.port.send(Buffer.from(`${JSON.stringify({ execute: command, arguments: args })}\n`));
    });
  }

  /** A message is one line; the greeting and events answer nothing. */
  private receive(text: string): void {
    const lines = (this.text + text).split("\n");
    this.text = lines.pop() ?? "";
    for (const line of lines) {
      const message = JSON.parse(line) as Reply;
      if ("return" in message || "error" in message) this.waiting.shift()?.(message);
    }
  }

  private end(): void {
    for (const answer of this.waiting.splice(0)) answer({ error: { desc: "QEMU has ended" } });
  }
}
