// SPDX-License-Identifier: MPL-2.0

// The machine in a worker of headless Chromium, from a server that sets no headers. Needs Debian's package `chromium`.

import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { buildSystemImage, kernelCommandLine, loadBusybox } from "@aster/sandbox";
import { Chromium, findChromium } from "../../scml-page/test/chromium.ts";
import type { Answer, BootOutcome, Request } from "../src/messages.ts";
import { StaticServer } from "./server.ts";

const PAGE = fileURLToPath(new URL("../dist/page/", import.meta.url));
const BENCHMARK = fileURLToPath(new URL("../../../bench/programs/cpu/crc32.c", import.meta.url));
const PORTS = ["aster.stdin", "aster.stdout", "aster.stderr", "aster.status"];

const program = findChromium();
const isBuilt = existsSync(join(PAGE, "worker.js"));
if (program === undefined || !isBuilt) {
  const what = isBuilt ? "apt-get install --no-install-recommends chromium" : "pnpm build";
  process.stderr.write(`the tests of the machine in a browser are skipped: ${what}\n`);
}

/** The benchmark as a static program; undefined where there is no gcc. */
function compileBenchmark(folder: string): string | undefined {
  const output = join(folder, "crc32");
  const run = spawnSync("gcc", ["-O2", "-static", "-o", output, BENCHMARK]);
  return run.status === 0 ? output : undefined;
}

(program === undefined || !isBuilt ? describe.skip : describe)("in a worker of Chromium", () => {
  const folder = mkdtempSync(join(tmpdir(), "browser-check-"));
  const benchmark = compileBenchmark(folder);
  let browser: Chromium;
  let server: StaticServer;

  const ask = async (request: Request): Promise<Answer> => {
    const answer = (await browser.evaluate(`ask(${JSON.stringify(request)})`)) as Answer;
    if (answer.kind === "failed") throw new Error(answer.message);
    return answer;
  };
  const boot = async (jit: "off" | "on", input: string): Promise<BootOutcome> => {
    const answer = await ask({ kind: "boot", jit, input: `${input}\npoweroff -f\n` });
    if (answer.kind !== "boot") throw new Error(`asked for a boot, got ${answer.kind}`);
    return answer.outcome;
  };

  beforeAll(async () => {
    const files =
      benchmark === undefined
        ? []
        : // Not by the name of an applet of busybox.
          [{ path: "/bin/table-crc", bytes: readFileSync(benchmark), mode: 0o755 }];
    const console = { stdin: "console", stdout: "console", stderr: "console" } as const;
    const command = { argv: ["/bin/sh"], env: { PATH: "/bin" }, cwd: "/", ...console };
    const image = buildSystemImage({ busybox: loadBusybox(), command, files });
    const commandLine = kernelCommandLine({ init: "/.aster/init", logLevel: "warning" });
    server = new StaticServer(
      PAGE,
      new Map([
        ["initramfs.cpio", image],
        ["guest.json", Buffer.from(JSON.stringify({ commandLine, ports: PORTS }))],
      ]),
    );
    browser = new Chromium(program ?? "");
    await browser.open(await server.listen());
  });
  afterAll(async () => {
    await browser.close();
    await server.close();
    rmSync(folder, { recursive: true });
  });

  test("the page is not isolated, and shares no memory", async () => {
    expect(await browser.evaluate("crossOriginIsolated")).toBe(false);
    expect(await browser.evaluate("typeof SharedArrayBuffer")).toBe("undefined");
  });

  test("the tests of the CPU pass", async () => {
    const answer = await ask({ kind: "cpu-tests" });
    const tests = answer.kind === "cpu-tests" ? answer.tests : [];
    expect(tests.filter(({ failure }) => failure !== undefined)).toEqual([]);
    expect(tests.length).toBeGreaterThan(80);
  });

  test("a shell runs, with pipes and processes of its own", async () => {
    const { output, exitCode } = await boot(
      "on",
      "echo $((6 * 7)) $(uname -sm); seq 1000 | awk '{ s += $1 } END { print s }'",
    );
    expect(output).toContain("42 Linux x86_64\r\n");
    expect(output).toContain("500500\r\n");
    expect(exitCode).toBe(0);
  });

  (benchmark === undefined ? test.skip : test)(
    "a benchmark gives what it gives natively, mostly in compiled code, and with the compiler off",
    async () => {
      const native = spawnSync(benchmark ?? "", { encoding: "utf8" }).stdout.split(" ")[2];
      const on = await boot("on", "table-crc");
      expect(on.output).toContain(native?.trim());
      expect(on.regionsCompiled).toBeGreaterThan(0);
      expect(on.instructionsCompiledCode / on.instructions).toBeGreaterThan(0.9);
      const off = await boot("off", "table-crc");
      expect(off.output).toContain(native?.trim());
      expect(off.regionsCompiled).toBe(0);
      const median = ({ output }: BootOutcome): string =>
        /^(\S+) (\S+) [0-9a-f]+\r$/m.exec(output)?.[2] ?? "?";
      process.stdout.write(`crc32 in Chromium: ${median(on)} ms, interpreted ${median(off)} ms\n`);
    },
    240_000,
  );
});
