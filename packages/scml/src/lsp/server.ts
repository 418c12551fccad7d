// SPDX-License-Identifier: MPL-2.0

import { check } from "../check/checker.ts";
import { format } from "../format/formatter.ts";
import { SourceText } from "../syntax/source.ts";
import { completionsAt, definitionsAt, hoverAt } from "./features.ts";

/** A message of JSON-RPC 2.0, as the Language Server Protocol 3.17 uses it. */
interface Message {
  readonly id?: number | string | null;
  readonly method?: string;
  readonly params?: unknown;
}

interface LspPosition {
  readonly line: number;
  readonly character: number;
}

interface DocumentParams {
  readonly textDocument: { readonly uri: string; readonly text?: string };
  readonly position: LspPosition;
  readonly contentChanges?: readonly { readonly text: string }[];
}

/** CompletionItemKind and DiagnosticSeverity of the protocol. */
const COMPLETION_KINDS = { call: 3, flag: 20, rule: 6, keyword: 14 } as const;
const SEVERITIES = { error: 1, warning: 2 } as const;

const INVALID_REQUEST = -32600;
const METHOD_NOT_FOUND = -32601;
const INTERNAL_ERROR = -32603;

/** Messages longer than this are no documents that people write. */
const MAX_MESSAGE_BYTES = 64 * 1024 * 1024;

/** A language server: bytes of the client go in, bytes for it come out of `send`. */
export class LanguageServer {
  /** Set when the client has said `exit`: 0 after a shutdown, else 1. */
  exitCode: number | undefined;
  private readonly send: (text: string) => void;
  private readonly documents: Map<string, SourceText> = new Map();
  private input: Buffer = Buffer.alloc(0);
  private shutDown = false;

  constructor(send: (text: string) => void) {
    this.send = send;
  }

  /** Takes bytes as they come; messages may be cut anywhere. */
  receive(bytes: Buffer): void {
    this.input = this.input.length === 0 ? bytes : Buffer.concat([this.input, bytes]);
    for (;;) {
      const header = this.input.indexOf("\r\n\r\n");
      if (header < 0) return;
      const length = Number(
        /content-length: *(\d+)/i.exec(this.input.toString("latin1", 0, header))?.[1] ?? NaN,
      );
      if (!(length <= MAX_MESSAGE_BYTES)) {
        // Without a length there is no telling where the next message begins.
        this.exitCode = 1;
        return;
      }
      const start = header + 4;
      if (this.input.length < start + length) return;
      const body = this.input.toString("utf8", start, start + length);
      this.input = this.input.subarray(start + length);
      this.message(body);
    }
  }

  private message(body: string): void {
    let message: Message;
    try {
      message = JSON.parse(body) as Message;
    } catch {
      this.reply(null, undefined, { code: -32700, message: "not JSON" });
      return;
    }
    if (typeof message !== "object" || message === null || typeof message.method !== "string")
      return;
    const { id, method } = message;
    try {
      const result = this.handle(method, message.params);
      if (id === undefined) return;
      if (result === undefined)
        this.reply(id, undefined, { code: METHOD_NOT_FOUND, message: `no method ${method}` });
      else this.reply(id, result);
    } catch (error) {
      if (id !== undefined)
        this.reply(id, undefined, {
          code: INTERNAL_ERROR,
          message: error instanceof Error ? error.message : String(error),
        });
    }
  }

  /** The result of a request, null for none, undefined for an unknown method. */
  private handle(method: string, params: unknown): unknown {
    if (this.shutDown && method !== "exit")
      throw new Error(`the server is shut down (${INVALID_REQUEST})`);
    switch (method) {
      case "initialize":
        return {
          capabilities: {
            positionEncoding: "utf-16",
            textDocumentSync: { openClose: true, change: 1 },
            completionProvider: { triggerCharacters: ["<", "|", "="] },
            hoverProvider: true,
            definitionProvider: true,
            documentFormattingProvider: true,
          },
          serverInfo: { name: "scml" },
        };
      case "initialized":
        return null;
      case "shutdown":
        this.shutDown = true;
        return null;
      case "exit":
        this.exitCode = this.shutDown ? 0 : 1;
        return null;
      default:
        return method.startsWith("textDocument/")
          ? this.document(method, params as DocumentParams)
          : undefined;
    }
  }

  private document(method: string, params: DocumentParams): unknown {
    const { uri } = params.textDocument;
    switch (method) {
      case "textDocument/didOpen":
        this.open(uri, params.textDocument.text ?? "");
        return null;
      case "textDocument/didChange":
        this.open(uri, params.contentChanges?.at(-1)?.text ?? "");
        return null;
      case "textDocument/didClose":
        this.documents.delete(uri);
        this.notify("textDocument/publishDiagnostics", { uri, diagnostics: [] });
        return null;
      case "textDocument/didSave":
        return null;
    }
    const source = this.documents.get(uri);
    if (source === undefined) throw new Error(`${uri} is not open`);
    switch (method) {
      case "textDocument/completion":
        return completionsAt(source.text, offsetOf(source, params.position)).map(
          ({ label, kind, detail }) => ({
            label,
            kind: COMPLETION_KINDS[kind],
            detail,
          }),
        );
      case "textDocument/hover": {
        const hover = hoverAt(source.text, offsetOf(source, params.position));
        if (hover === undefined) return null;
        return { contents: { kind: "markdown", value: hover.text }, range: rangeOf(source, hover) };
      }
      case "textDocument/definition":
        return definitionsAt(source.text, offsetOf(source, params.position)).map((span) => ({
          uri,
          range: rangeOf(source, span),
        }));
      case "textDocument/formatting": {
        const result = format(source.text);
        if (!result.ok) return [];
        return [
          { range: rangeOf(source, { start: 0, end: source.text.length }), newText: result.text },
        ];
      }
      default:
        return undefined;
    }
  }

  private open(uri: string, text: string): void {
    const source = new SourceText(uri, text);
    this.documents.set(uri, source);
    const { diagnostics } = check(text, uri);
    this.notify("textDocument/publishDiagnostics", {
      uri,
      diagnostics: diagnostics.map(({ code, severity, message, help, start, end }) => ({
        range: rangeOf(source, { start, end }),
        severity: SEVERITIES[severity],
        code,
        source: "scml",
        message: help === undefined ? message : `${message}; ${help}`,
      })),
    });
  }

  private reply(
    id: number | string | null,
    result: unknown,
    error?: { code: number; message: string },
  ): void {
    this.write(
      error === undefined ? { jsonrpc: "2.0", id, result } : { jsonrpc: "2.0", id, error },
    );
  }

  private notify(method: string, params: unknown): void {
    this.write({ jsonrpc: "2.0", method, params });
  }

  private write(message: unknown): void {
    const body = JSON.stringify(message);
    this.send(`Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`);
  }
}

function offsetOf(source: SourceText, position: LspPosition): number {
  return source.offsetAt({ line: position.line + 1, column: position.character + 1 });
}

function rangeOf(
  source: SourceText,
  span: { start: number; end: number },
): { start: LspPosition; end: LspPosition } {
  const place = (offset: number): LspPosition => {
    const { line, column } = source.positionAt(offset);
    return { line: line - 1, character: column - 1 };
  };
  return { start: place(span.start), end: place(span.end) };
}
