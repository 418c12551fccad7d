// SPDX-License-Identifier: MPL-2.0

import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Readable, Writable } from "node:stream";

/** The browser of this machine; undefined where there is none. */
export function findChromium(): string | undefined {
  const names = [process.env["CHROMIUM"] ?? "", "chromium", "chromium-browser", "google-chrome"];
  return names.find((name) => name !== "" && spawnSync(name, ["--version"]).status === 0);
}

interface Message {
  readonly id?: number;
  readonly method?: string;
  readonly params?: Record<string, unknown>;
  readonly result?: Record<string, unknown>;
  readonly error?: { readonly message: string };
}

/** A headless browser with one page, driven by the Chrome DevTools Protocol over pipes. */
export class Chromium {
  /** Addresses that the page has asked for. */
  readonly requests: string[] = [];
  /** What went wrong in the page: exceptions that nobody caught. */
  readonly failures: string[] = [];
  private readonly child: ChildProcess;
  private readonly profile: string;
  private readonly waiting: Map<number, (message: Message) => void> = new Map();
  private session: string | undefined;
  private last = 0;
  private rest = "";

  constructor(program: string) {
    this.profile = mkdtempSync(join(tmpdir(), "scml-page-"));
    const args = [
      "--headless",
      "--remote-debugging-pipe",
      "--disable-gpu",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      `--user-data-dir=${this.profile}`,
      // Chromium's own sandbox cannot be had by root, nor in most containers.
      "--no-sandbox",
      "about:blank",
    ];
    this.child = spawn(program, args, { stdio: ["ignore", "ignore", "ignore", "pipe", "pipe"] });
    (this.child.stdio[4] as Readable).on("data", (bytes: Buffer) => this.receive(String(bytes)));
  }

  async open(url: string): Promise<void> {
    const { targetInfos } = await this.send("Target.getTargets");
    const [page] = (targetInfos as { type: string; targetId: string }[]).filter(
      ({ type }) => type === "page",
    );
    const { targetId } = page ?? (await this.send("Target.createTarget", { url: "about:blank" }));
    const attached = await this.send("Target.attachToTarget", { targetId, flatten: true });
    this.session = String(attached["sessionId"]);
    for (const domain of ["Network", "Page", "Runtime", "DOM"]) await this.send(`${domain}.enable`);
    await this.send("Page.navigate", { url });
    await this.until("document.documentElement?.dataset.ready === 'yes'");
  }

  /** The value of an expression in the page; promises are waited for. */
  async evaluate(expression: string): Promise<unknown> {
    const { result, exceptionDetails } = await this.send("Runtime.evaluate", {
      expression,
      awaitPromise: true,
      returnByValue: true,
    });
    if (exceptionDetails !== undefined) throw new Error(JSON.stringify(exceptionDetails));
    return (result as { value?: unknown }).value;
  }

  async until(condition: string): Promise<void> {
    for (let tries = 0; tries < 600; tries += 1) {
      if ((await this.evaluate(condition)) === true) return;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    throw new Error(`the page never had ${condition}`);
  }

  /** Chooses files by a button, as a user does. */
  async choose(selector: string, files: readonly string[]): Promise<void> {
    const { root } = await this.send("DOM.getDocument");
    const { nodeId } = await this.send("DOM.querySelector", {
      nodeId: (root as { nodeId: number }).nodeId,
      selector,
    });
    await this.send("DOM.setFileInputFiles", { nodeId, files });
  }

  async close(): Promise<void> {
    const ended = new Promise((resolve) => this.child.once("exit", resolve));
    this.session = undefined;
    void this.send("Browser.close").catch(() => undefined);
    const timer = setTimeout(() => this.child.kill("SIGKILL"), 5000);
    await ended;
    clearTimeout(timer);
    rmSync(this.profile, { recursive: true, force: true, maxRetries: 5 });
  }

  private send(method: string, params: object = {}): Promise<Record<string, unknown>> {
    this.last += 1;
    const id = this.last;
    const sessionId = this.session;
    (this.child.stdio[3] as Writable).write(
      `${JSON.stringify({ id, method, params, ...(sessionId && { sessionId }) })}\0`,
    );
    return new Promise((resolve, reject) => {
      this.waiting.set(id, ({ result, error }) => {
        if (error === undefined) resolve(result ?? {});
        else reject(new Error(`${method}: ${error.message}`));
      });
    });
  }

  private receive(text: string): void {
    const messages = (this.rest + text).split("\0");
    this.rest = messages.pop() ?? "";
    for (const json of messages) {
      const message = JSON.parse(json) as Message;
      if (message.id !== undefined) {
        this.waiting.get(message.id)?.(message);
        this.waiting.delete(message.id);
      } else if (message.method === "Network.requestWillBeSent") {
        this.requests.push((message.params?.["request"] as { url: string }).url);
      } else if (message.method === "Runtime.exceptionThrown") {
        this.failures.push(JSON.stringify(message.params));
      }
    }
  }
}
