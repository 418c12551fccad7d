// SPDX-License-Identifier: MPL-2.0

import { readFileSync } from "node:fs";
import { type Server, createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { extname, join } from "node:path";

const TYPES: Readonly<Record<string, string>> = {
  ".html": "text/html",
  ".js": "text/javascript",
  ".json": "application/json",
  ".wasm": "application/wasm",
};

/** Serves the files of a folder, and those of `made`, with no other header than their type. */
export class StaticServer {
  readonly #server: Server;

  constructor(folder: string, made: ReadonlyMap<string, Uint8Array>) {
    this.#server = createServer((request, response) => {
      const name = new URL(request.url ?? "/", "http://localhost").pathname.slice(1);
      const file = name === "" ? "index.html" : name;
      try {
        if (!/^[\w.-]+$/.test(file)) throw new Error("no such file");
        const bytes = made.get(file) ?? readFileSync(join(folder, file));
        const type = TYPES[extname(file)] ?? "application/octet-stream";
        response.writeHead(200, { "content-type": type });
        response.end(bytes);
      } catch {
        response.writeHead(404);
        response.end();
      }
    });
  }

  /** The address, once it listens on a free port of this host. */
  async listen(): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(0, "127.0.0.1", resolve));
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/`;
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}
