// SPDX-License-Identifier: MPL-2.0

// The page as it was built, in headless Chromium. Needs Debian's package `chromium`.

import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { gzipSync } from "node:zlib";
import { Chromium, findChromium } from "./chromium.ts";

const PAGE = fileURLToPath(new URL("../dist/scml.html", import.meta.url));
const TRACES = new URL("../../../packages/scml/test/traces/", import.meta.url);

const program = findChromium();
const isBuilt = existsSync(PAGE);
if (program === undefined) {
  process.stderr.write(
    "the tests of the SCML page are skipped: apt-get install --no-install-recommends chromium\n",
  );
} else if (!isBuilt) {
  process.stderr.write("the tests of the SCML page are skipped: pnpm build\n");
}

test("the page is one file that may load and send nothing", () => {
  if (!isBuilt) return;
  const text = readFileSync(PAGE, "utf8");
  expect(text).toContain("default-src 'none'");
  const markup = text.replace(/<script>[^]*<\/script>/, "");
  expect(markup).not.toMatch(/\s(?:src|href|action)=|@import|url\(/);
  expect(text).not.toMatch(/\/\* (?:SCRIPT|REPORT STYLE) \*\//);
});

(program === undefined || !isBuilt ? describe.skip : describe)("in Chromium", () => {
  const folder = mkdtempSync(join(tmpdir(), "scml-page-test-"));
  const at = (name: string): string => join(folder, name);
  let browser: Chromium;
  const status = (): Promise<unknown> =>
    browser.evaluate("document.getElementById('status').textContent");
  const report = (): Promise<unknown> =>
    browser.evaluate("document.getElementById('report').innerText");
  const statusIs = (text: string): Promise<void> =>
    browser.until(
      `document.getElementById('status').textContent.includes(${JSON.stringify(text)})`,
    );
  const write = (id: string, text: string): Promise<unknown> =>
    browser.evaluate(
      `(() => { const box = document.getElementById("${id}"); box.value = ${JSON.stringify(text)}; box.dispatchEvent(new Event("input")); })()`,
    );

  beforeAll(async () => {
    browser = new Chromium(program ?? "");
    await browser.open(pathToFileURL(PAGE).href);
  });
  afterAll(async () => {
    await browser.close();
    rmSync(folder, { recursive: true });
  });

  test("a dropped log is matched with the kernel's own rules", async () => {
    // The third argument has all that a page must not take for markup.
    const text =
      'openat(AT_FDCWD, "/x", O_RDONLY) = 3\\nvserver(1, "<img src=x onerror=boom()>") = 0\\n';
    await browser.evaluate(`(() => {
      const data = new DataTransfer();
      data.items.add(new File([${JSON.stringify(text).replaceAll("\\\\n", "\\n")}], "app.strace"));
      document.getElementById("trace-drop").dispatchEvent(new DragEvent("drop", { dataTransfer: data, bubbles: true, cancelable: true }));
    })()`);
    await statusIs("2 calls in 2 lines");
    expect(await status()).toBe("2 calls in 2 lines, 0 unreadable. Aster: 50.00 %.");
    expect(await report()).toContain("no rule for vserver");
    expect(await report()).toContain("<img src=x onerror=boom()>");
    expect(await browser.evaluate("document.querySelectorAll('img').length")).toBe(0);
  });

  test("a chosen file, plain or gzip, gives what the command gives", async () => {
    const trace = readFileSync(new URL("pipeline.strace", TRACES), "latin1");
    // The report names the file of what is not supported.
    writeFileSync(at("p.strace"), `${trace}vserver(1, "x") = 0\n`);
    writeFileSync(at("p.gz"), gzipSync(readFileSync(at("p.strace"))));
    await browser.choose("#trace-files", [at("p.strace")]);
    await statusIs("412 lines");
    const plain = await status();
    await browser.choose("#trace-files", [at("p.gz")]);
    await browser.until("document.getElementById('report').innerText.includes('p.gz')");
    expect(await status()).toBe(plain);
    expect(await browser.evaluate("document.getElementById('save-json').href")).toMatch(/^blob:/);
  });

  test("rules of other kernels are compared, and what is wrong with them is shown", async () => {
    await write("trace-text", "read(3, 0x7ffe0000, 5) = 5\nclose(3) = 0");
    writeFileSync(at("tiny.scml"), "close(fd);\n");
    await browser.choose("#rules-files", [at("tiny.scml")]);
    await statusIs("tiny");
    expect(await status()).toBe("2 calls in 2 lines, 0 unreadable. Aster: 100 %. tiny: 50.00 %.");
    expect(await report()).toContain("Side by side");
    await write("rules-text", "read(fd, buf, count = <size>);");
    await statusIs("have errors");
    const problems = browser.evaluate("document.getElementById('problems').textContent");
    expect(await problems).toContain('"size" is not defined in this file');
    await write("rules-text", "read(fd, buf, count);");
    await statusIs("Rules written here: 50.00 %");
    await browser.evaluate("document.querySelector('#sets input').click()");
    await statusIs("unreadable. tiny: 50.00 %. Rules written here: 50.00 %.");
  });

  test("what is no trace is said to be none", async () => {
    writeFileSync(at("photo"), Buffer.from([0xff, 0xd8, 0xff, 0, 10, 1, 2, 10]));
    await browser.choose("#trace-files", [at("photo")]);
    await statusIs("photo is no trace");
    writeFileSync(at("bad.gz"), gzipSync(Buffer.alloc(9000, "close(3) = 0\n")).subarray(0, 30));
    await browser.choose("#trace-files", [at("bad.gz")]);
    await statusIs("bad.gz cannot be read");
  });

  test("the page stays alive while it reads a large trace", async () => {
    const lines = readFileSync(new URL("pipeline.strace", TRACES), "latin1");
    writeFileSync(at("large"), lines.repeat(250), "latin1");
    await browser.evaluate(
      "globalThis.turns = 0; setInterval(() => { globalThis.turns += 1; }, 20)",
    );
    await browser.choose("#trace-files", [at("large")]);
    await statusIs(`${411 * 250} lines`);
    expect(await browser.evaluate("globalThis.turns")).toBeGreaterThan(1);
  });

  test("nothing has left the page, nor could it", async () => {
    expect(browser.requests.filter((url) => !/^(?:file|blob|about):/.test(url))).toEqual([]);
    expect(
      await browser.evaluate("fetch('http://127.0.0.1:1/').then(() => 'sent', () => 'blocked')"),
    ).toBe("blocked");
    expect(browser.failures).toEqual([]);
  });
});
