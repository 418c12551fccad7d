// SPDX-License-Identifier: MPL-2.0

// The extension as it was built: `pnpm build` makes dist/scml.vsix.

import { expect, test } from "@jest/globals";
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, extname, join } from "node:path";
import { tmpdir } from "node:os";
import { fileURLToPath } from "node:url";
import { unzipSync } from "fflate";

const VSIX = fileURLToPath(new URL("../dist/scml.vsix", import.meta.url));
const isBuilt = existsSync(VSIX);
if (!isBuilt) process.stderr.write("the tests of the VS Code extension are skipped: pnpm build\n");
const built = isBuilt ? test : test.skip;

const files = new Map(isBuilt ? Object.entries(unzipSync(new Uint8Array(readFileSync(VSIX)))) : []);
const textOf = (name: string): string => Buffer.from(files.get(name) ?? []).toString("utf8");

/** Unpacks the extension as VS Code does, for as long as `use` takes. */
async function unpacked(use: (folder: string) => Promise<void> | void): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "scml-vsix-"));
  try {
    for (const [name, bytes] of files) {
      mkdirSync(dirname(join(folder, name)), { recursive: true });
      writeFileSync(join(folder, name), bytes);
    }
    await use(join(folder, "extension"));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

built("the package has a type for each file, and the manifest names what is there", () => {
  const types = textOf("[Content_Types].xml");
  for (const name of files.keys()) {
    if (name !== "[Content_Types].xml") expect(types).toContain(`Extension="${extname(name)}"`);
  }
  const manifest = JSON.parse(textOf("extension/package.json")) as {
    name: string;
    version: string;
    publisher: string;
    main: string;
    engines: { vscode: string };
    contributes: {
      languages: { id: string; extensions: string[]; configuration: string }[];
      grammars: { language: string; scopeName: string; path: string }[];
    };
  };
  const version = readFileSync(new URL("../../../VERSION", import.meta.url), "utf8").trim();
  expect(manifest).toMatchObject({ name: "scml", publisher: "aster", version });
  expect(manifest.engines.vscode).toMatch(/^\^1\.\d+\.\d+$/);
  const [language] = manifest.contributes.languages;
  const [grammar] = manifest.contributes.grammars;
  expect(language).toMatchObject({ id: "scml", extensions: [".scml"] });
  expect(grammar?.language).toBe("scml");
  const named = [manifest.main, language?.configuration, grammar?.path, "./server.cjs"];
  for (const path of named) expect(files.has(join("extension", path ?? ""))).toBe(true);
  const vsix = textOf("extension.vsixmanifest");
  expect(vsix).toContain(`Id="scml" Version="${version}" Publisher="aster"`);
  expect(vsix).toContain(`Value="${manifest.engines.vscode}"`);
  expect(textOf("extension/ThirdPartyNotices.txt")).toMatch(/^vscode-languageclient 11.*MIT/ms);
  for (const [, path] of vsix.matchAll(/Path="([^"]+)"/g)) expect(files.has(path ?? "")).toBe(true);
});

built("the grammar of the colours knows every kind of word", () => {
  const grammar = JSON.parse(textOf("extension/syntaxes/scml.tmLanguage.json")) as {
    scopeName: string;
    patterns: { match?: string; begin?: string; end?: string }[];
  };
  expect(grammar.scopeName).toBe("source.scml");
  const expressions = grammar.patterns.map(({ match, begin }) => new RegExp(match ?? begin ?? ""));
  for (const word of [
    "// c",
    "/* c */",
    '"/proc"',
    "struct s",
    "open(",
    "<PATH>",
    "<a>",
    "x =",
    "0x1f",
    "O_RDONLY",
    "..",
    "fd",
  ])
    expect(expressions.some((expression) => expression.exec(word)?.index === 0) ? "" : word).toBe(
      "",
    );
  JSON.parse(textOf("extension/language-configuration.json"));
});

built("the server in it answers over standard input and output", async () => {
  await unpacked(async (folder) => {
    const server = spawn(process.execPath, [join(folder, "server.cjs"), "--stdio"], {
      stdio: ["pipe", "pipe", "inherit"],
    });
    const exit = new Promise<number | null>((resolve) => server.once("exit", resolve));
    const client = new Client(server);
    const begun = await client.request("initialize", { capabilities: {} });
    expect(begun).toMatchObject({ capabilities: { hoverProvider: true } });
    client.notify("initialized", {});
    const uri = "file:///kernel.scml";
    const text = "openat(dirfd, path, flags = O_CLOEXCE);\n";
    const document = { uri, languageId: "scml", version: 1, text };
    client.notify("textDocument/didOpen", { textDocument: document });
    const told = (await client.next("textDocument/publishDiagnostics")) as {
      diagnostics: { code: string; message: string }[];
    };
    expect(told.diagnostics.map(({ code }) => code)).toEqual(["SCML108"]);
    const place = { textDocument: { uri }, position: { line: 0, character: 2 } };
    const hover = await client.request("textDocument/hover", place);
    expect(JSON.stringify(hover)).toContain("man2/openat.2.html");
    const items = (await client.request("textDocument/completion", {
      ...place,
      position: { line: 0, character: 30 },
    })) as { label: string }[];
    expect(items.map(({ label }) => label)).toContain("O_CLOEXEC");
    expect(await client.request("shutdown", null)).toBeNull();
    client.notify("exit", null);
    expect(await exit).toBe(0);
  });
});

built("the extension loads where there is a VS Code, and has what it calls", async () => {
  await unpacked((folder) => {
    // Classes and values of any name, as many as the client extends and reads when it loads.
    const script = `
      const anything = new Proxy(class {}, {
        get: (target, name) => name === "prototype" || name === Symbol.toPrimitive ? target[name] : anything,
        apply: () => anything,
      });
      const Module = require("node:module");
      const load = Module._load;
      Module._load = (name, ...rest) => name === "vscode"
        ? { ...Object.fromEntries([]), __proto__: anything, version: "1.91.0" }
        : load(name, ...rest);
      const { activate, deactivate } = require(${JSON.stringify(join(folder, "extension.cjs"))});
      process.stdout.write(typeof activate + " " + typeof deactivate);`;
    const { stdout, stderr } = spawnSync(process.execPath, ["-e", script], { encoding: "utf8" });
    expect(stderr).toBe("");
    expect(stdout).toBe("function function");
  });
});

interface Message {
  readonly id?: number;
  readonly method?: string;
  readonly params?: unknown;
  readonly result?: unknown;
}

/** An editor's end of the protocol. */
class Client {
  private readonly server: ChildProcess;
  private readonly messages: Message[] = [];
  private wake: () => void = () => undefined;
  private id = 0;
  private input: Buffer = Buffer.alloc(0);

  constructor(server: ChildProcess) {
    this.server = server;
    server.stdout?.on("data", (bytes: Buffer) => this.receive(bytes));
  }

  notify(method: string, params: unknown): void {
    this.write({ method, params });
  }

  async request(method: string, params: unknown): Promise<unknown> {
    this.id += 1;
    const { id } = this;
    this.write({ id, method, params });
    return (await this.find((message) => message.id === id)).result;
  }

  async next(method: string): Promise<unknown> {
    return (await this.find((message) => message.method === method)).params;
  }

  private async find(wanted: (message: Message) => boolean): Promise<Message> {
    for (;;) {
      const at = this.messages.findIndex(wanted);
      const [found] = at < 0 ? [] : this.messages.splice(at, 1);
      if (found !== undefined) return found;
      await new Promise<void>((resolve) => (this.wake = resolve));
    }
  }

  private write(message: object): void {
    const body = JSON.stringify({ jsonrpc: "2.0", ...message });
    this.server.stdin?.write(`Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`);
  }

  private receive(bytes: Buffer): void {
    this.input = Buffer.concat([this.input, bytes]);
    for (;;) {
      const header = this.input.indexOf("\r\n\r\n");
      const length = Number(/Content-Length: (\d+)/.exec(this.input.toString("latin1"))?.[1]);
      if (header < 0 || this.input.length < header + 4 + length) return;
      this.messages.push(
        JSON.parse(this.input.toString("utf8", header + 4, header + 4 + length)) as Message,
      );
      this.input = this.input.subarray(header + 4 + length);
      this.wake();
    }
  }
}
