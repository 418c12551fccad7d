// SPDX-License-Identifier: MPL-2.0

import { expect, test } from "@jest/globals";
import { LanguageServer } from "./server.ts";

interface Reply {
  readonly id?: number;
  readonly method?: string;
  readonly result?: unknown;
  readonly error?: { code: number; message: string };
  readonly params?: {
    diagnostics: { code: string; message: string; range: unknown; severity: number }[];
  };
}

/** A client that writes what an editor would, in pieces of any size. */
class Client {
  readonly replies: Reply[] = [];
  readonly server: LanguageServer;
  private readonly size: number;
  private id = 0;
  private output: Buffer = Buffer.alloc(0);

  constructor(size = 7) {
    this.size = size;
    this.server = new LanguageServer((text) => {
      this.output = Buffer.concat([this.output, Buffer.from(text)]);
      for (;;) {
        const header = this.output.indexOf("\r\n\r\n");
        const length = Number(/Content-Length: (\d+)/.exec(this.output.toString("latin1"))?.[1]);
        if (header < 0 || this.output.length < header + 4 + length) return;
        this.replies.push(
          JSON.parse(this.output.toString("utf8", header + 4, header + 4 + length)) as Reply,
        );
        this.output = this.output.subarray(header + 4 + length);
      }
    });
  }

  raw(body: string): void {
    const bytes = Buffer.from(`Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`);
    for (let at = 0; at < bytes.length; at += this.size)
      this.server.receive(bytes.subarray(at, at + this.size));
  }

  request(method: string, params: unknown = {}): unknown {
    this.id += 1;
    this.raw(JSON.stringify({ jsonrpc: "2.0", id: this.id, method, params }));
    const reply = this.replies.find((other) => other.id === this.id);
    if (reply?.error !== undefined) throw new Error(`${reply.error.code} ${reply.error.message}`);
    return reply?.result;
  }

  open(text: string): void {
    this.raw(
      JSON.stringify({
        jsonrpc: "2.0",
        method: "textDocument/didOpen",
        params: { textDocument: { uri: "file:///x.scml", text } },
      }),
    );
  }

  /** A request about the place of the mark `^` in a text that is opened without it. */
  at(method: string, marked: string): unknown {
    const offset = marked.indexOf("^");
    const text = marked.replace("^", "");
    this.open(text);
    const before = text.slice(0, offset).split("\n");
    const position = { line: before.length - 1, character: before.at(-1)?.length ?? 0 };
    return this.request(method, { textDocument: { uri: "file:///x.scml" }, position });
  }

  labels(marked: string): string[] {
    return (this.at("textDocument/completion", marked) as { label: string }[]).map(
      (item) => item.label,
    );
  }
}

test("a session begins, tells what it can do, and ends with 0", () => {
  const client = new Client(1);
  expect(client.request("initialize")).toMatchObject({
    capabilities: { hoverProvider: true, documentFormattingProvider: true },
  });
  expect(client.request("shutdown")).toBeNull();
  client.raw(JSON.stringify({ jsonrpc: "2.0", method: "exit" }));
  expect(client.server.exitCode).toBe(0);
  const rude = new Client();
  rude.raw(JSON.stringify({ jsonrpc: "2.0", method: "exit" }));
  expect(rude.server.exitCode).toBe(1);
});

test("diagnostics follow what is opened, changed and closed", () => {
  const client = new Client();
  client.open("é(x);\nopne(path);");
  expect(client.replies.at(-1)?.params?.diagnostics.map(({ code }) => code)).toContain("SCML001");
  client.open("\nopne(path);");
  expect(client.replies.at(-1)?.params?.diagnostics).toEqual([
    {
      code: "SCML101",
      severity: 2,
      source: "scml",
      message: 'Linux has no system call "opne"; did you mean "open"?',
      range: { start: { line: 1, character: 0 }, end: { line: 1, character: 4 } },
    },
  ]);
  client.raw(
    JSON.stringify({
      jsonrpc: "2.0",
      method: "textDocument/didChange",
      params: { textDocument: { uri: "file:///x.scml" }, contentChanges: [{ text: "close(fd);" }] },
    }),
  );
  expect(client.replies.at(-1)?.params?.diagnostics).toEqual([]);
});

test("completion knows calls, names of the file, and the flags of an argument or field", () => {
  const client = new Client();
  expect(client.labels("op^")).toEqual(expect.arrayContaining(["open", "openat2", "struct"]));
  expect(client.labels("mode = A; struct s = {x}; open(path, flags = <^")).toEqual([
    "mode",
    "s",
    "PATH",
    "INTEGER",
  ]);
  expect(client.labels("open(path, flags = O_RDONLY | O_CL^")).toContain("O_CLOEXEC");
  expect(client.labels("open(path, flags = ^")).not.toContain("MAP_SHARED");
  expect(client.labels("mmap(a, l, prot = ^, flags)")).toContain("PROT_READ");
  expect(client.labels("rt_sigaction(s, act = { sa_flags = ^")).toContain("SA_RESTART");
  expect(client.labels("fcntl(fd, cmd = F_SETFL, arg = ^")).toContain("O_NONBLOCK");
  expect(client.labels("open(path^")).toEqual([]);
  expect(client.labels("// op^")).toEqual([]);
});

test("hover tells of calls, flags and names", () => {
  const client = new Client();
  const hover = (marked: string): string | undefined =>
    (client.at("textDocument/hover", marked) as { contents: { value: string } } | null)?.contents
      .value;
  expect(hover("op^enat(dirfd, path, flags);")).toContain(
    "**openat**: system call with 4 arguments, number 257 on x86_64",
  );
  expect(hover("op^enat(dirfd, path, flags);")).toContain(
    "https://man7.org/linux/man-pages/man2/openat.2.html",
  );
  expect(hover("open(path, flags = O_CLO^EXEC);")).toContain("**O_CLOEXEC** is 0x80000");
  expect(hover("open(path, flags = O_^NOPE);")).toBe("Linux has no `O_NOPE` here.");
  expect(hover("mode = O_RDONLY; open(path, flags = <mo^de>);")).toBe(
    "```scml\nmode = O_RDONLY;\n```",
  );
  expect(hover("open(pa^th);")).toBeUndefined();
});

test("definitions are found in the file, all of a struct", () => {
  const client = new Client();
  expect(client.at("textDocument/definition", "open(path, flags = <m^>);\nm = O_RDONLY;")).toEqual([
    {
      uri: "file:///x.scml",
      range: { start: { line: 1, character: 0 }, end: { line: 1, character: 12 } },
    },
  ]);
  expect(
    client.at(
      "textDocument/definition",
      "struct s = {a};\nstruct s = {b};\nbind(fd, a = <^s>, n);",
    ),
  ).toHaveLength(2);
});

test("formatting replaces the whole text, and leaves one with errors alone", () => {
  const client = new Client();
  expect(client.at("textDocument/formatting", "close( fd );^")).toEqual([
    {
      range: { start: { line: 0, character: 0 }, end: { line: 0, character: 12 } },
      newText: "close(fd);\n",
    },
  ]);
  expect(client.at("textDocument/formatting", "close(^")).toEqual([]);
});

test("bad messages are answered, not died of", () => {
  const client = new Client();
  client.raw("{");
  expect(client.replies.at(-1)?.error?.code).toBe(-32700);
  expect(() =>
    client.request("textDocument/hover", {
      textDocument: { uri: "file:///closed" },
      position: { line: 0, character: 0 },
    }),
  ).toThrow("is not open");
  expect(() => client.request("workspace/nonsense")).toThrow("-32601");
  expect(() => client.request("textDocument/hover")).toThrow("-32603");
  client.raw("[]");
  client.raw("null");
  expect(client.request("initialize")).toBeDefined();
});
