// SPDX-License-Identifier: MPL-2.0

// A registry of npm packages in memory, on the loopback interface: enough of the protocol for
// `pnpm publish` to fill it and for npm and pnpm to install from it. It holds one scope; what the
// packages in it depend on comes from the client's own registry.

import { createHash } from "node:crypto";
import { createServer } from "node:http";

const MAX_BODY_BYTES = 64 * 1024 * 1024;

export class Registry {
  #server;
  /** By name: the package's document, as clients get it. */
  #documents = new Map();
  /** By path: the bytes of a tarball. */
  #tarballs = new Map();

  /** Where clients reach it; set by `start`. */
  url = "";

  async start() {
    this.#server = createServer((request, response) => {
      this.#answer(request, response).catch((error) => {
        send(response, error.status ?? 500, { error: error.message });
      });
    });
    await new Promise((resolve, reject) => {
      this.#server.once("error", reject).listen(0, "127.0.0.1", resolve);
    });
    this.url = `http://127.0.0.1:${this.#server.address().port}/`;
  }

  async stop() {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  /** Name, version and tarball of everything that was published. */
  published() {
    return [...this.#documents.values()].flatMap(({ name, versions }) =>
      Object.values(versions).map((manifest) => ({
        name,
        version: manifest.version,
        tarball: this.#tarballs.get(new URL(manifest.dist.tarball).pathname),
      })),
    );
  }

  async #answer(request, response) {
    const path = decodeURIComponent(new URL(request.url, this.url).pathname);
    const tarball = this.#tarballs.get(path);
    if (request.method === "GET" && tarball !== undefined) {
      response.writeHead(200, { "content-type": "application/octet-stream" }).end(tarball);
      return;
    }
    const name = path.slice(1);
    if (request.method === "PUT") {
      this.#publish(name, JSON.parse(await readBody(request)));
      send(response, 201, { ok: true });
      return;
    }
    const document = this.#documents.get(name);
    if (request.method !== "GET" || document === undefined) throw failure(404, `no ${path}`);
    send(response, 200, document);
  }

  /** Takes the document that a client publishes: one version, with its tarball attached. */
  #publish(name, document) {
    const [version, ...others] = Object.keys(document.versions ?? {});
    const [attachment] = Object.values(document._attachments ?? {});
    if (document.name !== name || version === undefined || others.length > 0 || !attachment) {
      throw failure(400, `expected one version of ${name} with its tarball`);
    }
    const known = this.#documents.get(name);
    if (known?.versions[version] !== undefined) {
      throw failure(409, `${name} ${version} is published already`);
    }
    const bytes = Buffer.from(attachment.data, "base64");
    const integrity = `sha512-${createHash("sha512").update(bytes).digest("base64")}`;
    const manifest = document.versions[version];
    if (manifest.dist.integrity !== undefined && manifest.dist.integrity !== integrity) {
      throw failure(400, `the tarball of ${name} ${version} is not what its integrity says`);
    }
    const path = `/${name}/-/${name.split("/").at(-1)}-${version}.tgz`;
    this.#tarballs.set(path, bytes);
    const shasum = createHash("sha1").update(bytes).digest("hex");
    manifest.dist = { integrity, shasum, tarball: new URL(path, this.url).href };
    const time = { ...known?.time, [version]: new Date().toISOString() };
    this.#documents.set(name, {
      name,
      "dist-tags": { ...known?.["dist-tags"], ...document["dist-tags"] },
      versions: { ...known?.versions, [version]: manifest },
      time: { ...time, created: time.created ?? time[version], modified: time[version] },
    });
  }
}

function failure(status, message) {
  return Object.assign(new Error(message), { status });
}

function send(response, status, value) {
  response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(value));
}

async function readBody(request) {
  const chunks = [];
  let length = 0;
  for await (const chunk of request) {
    chunks.push(chunk);
    length += chunk.length;
    if (length > MAX_BODY_BYTES) throw failure(413, `more than ${MAX_BODY_BYTES} bytes`);
  }
  return Buffer.concat(chunks).toString("utf8");
}
